// The steps of a script: what each one answered, printed a line a step.
import { isDeepStrictEqual } from 'node:util';

const STEP_MS = 30_000;

/**
 * Runs the body and prints `{ step, result }` as JSON; where another result was expected, also that. A step that fails
 * does not end the script: the later ones are wanted too.
 *
 * @typedef {(name: string, body: () => Promise<unknown>, expected: unknown) => Promise<void>} Step
 * @type {Step}
 */
export async function step(name, body, expected) {
	const result = await within(STEP_MS, body).catch((error) => ({ threw: `${error.code ?? error.name}: ${error.message}` }));
	// As the runner reads it.
	const plain = JSON.parse(JSON.stringify(result ?? null));
	const met = isDeepStrictEqual(plain, expected);
	console.log(JSON.stringify({ step: name, result: plain, ...(!met && { expected }) }));
}

async function within(ms, body) {
	let timer;
	const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)));
	try {
		return await Promise.race([body(), late]);
	} finally {
		clearTimeout(timer);
	}
}

// What clients call by its gRPC number.
const CODES = { 3: 'INVALID_ARGUMENT', 5: 'NOT_FOUND', 6: 'ALREADY_EXISTS', 7: 'PERMISSION_DENIED', 9: 'FAILED_PRECONDITION', 10: 'ABORTED' };

/**
 * The code with which something was refused, or `done` where it was not: `ALREADY_EXISTS`.
 * By REST `@google-cloud/firestore` gives the HTTP status and the reply as the message, `firebase-admin` a number of gRPC, and
 * the web client a word.
 */
export async function refusal(work) {
	try {
		await work;
		return 'done';
	} catch (error) {
		const ofReply = /"status":\s*"([A-Z_]+)"/.exec(error.message)?.[1];
		return ofReply ?? CODES[error.code] ?? String(error.code ?? error.message).toUpperCase().replaceAll('-', '_');
	}
}
