// What the server clients have in common: `firebase-admin` brings its own version of `@google-cloud/firestore`.
import { documents } from './documents.mjs';
import { queries } from './queries.mjs';
import { transactions } from './transactions.mjs';
import { values } from './values.mjs';
import { vectors } from './vectors.mjs';
import { writes } from './writes.mjs';
import { plainFor } from '../plain.mjs';
import { refusal, step } from '../steps.mjs';

/**
 * @typedef {object} Client
 * @property {import('@google-cloud/firestore').Firestore} db
 * @property {import('@google-cloud/firestore').Firestore} exact reads integers as BigInt
 * @property {(value: unknown) => unknown} plain
 * @property {import('../steps.mjs').Step} step
 * @property {(work: Promise<unknown>) => Promise<string>} refusal
 * @property {(code: string) => string} told what the client tells of a code
 */

/**
 * The whole script, in one order: what a step writes, a later one may find.
 *
 * @param {object} library the classes of the client
 * @param {{ db: import('@google-cloud/firestore').Firestore, exact: import('@google-cloud/firestore').Firestore }} stores
 * @param {(code: string) => string} [told] what the client tells of a code
 */
export async function script(library, stores, told = (code) => code) {
	const { FieldPath, FieldValue, Timestamp, GeoPoint, Filter, AggregateField, DocumentReference } = library;
	// Not every version exports this class.
	const VectorValue = FieldValue.vector([]).constructor;
	const classes = { FieldPath, FieldValue, Timestamp, GeoPoint, Filter, AggregateField };
	const client = { ...classes, ...stores, told, step, refusal, plain: plainFor({ Timestamp, GeoPoint, DocumentReference, VectorValue }) };
	for (const subject of [documents, values, writes, queries, transactions, vectors]) await subject(client);
	await Promise.all([stores.db.terminate(), stores.exact.terminate()]);
}
