// Out of a file, into a store.
import { Failure } from '../console/failure.mjs';
import { step } from '../console/step.mjs';
import { MAX_READS } from './database.mjs';
import { called, readFile, rereadable } from './file.mjs';
import { Tally, counted } from './tally.mjs';
import { plainFields } from './values.mjs';

// A commit of Firestore has 500 writes and 10 MiB; its emulator takes 4 MiB. The JSON is always larger than what it counts.
const MAX_WRITES = 500;
const MAX_BYTES = 4_000_000;
const NAMED = 5;

/** What the store has in place of a document of the file. */
const Found = { NOTHING: 0, THE_SAME: 1, ANOTHER: 2 };

/**
 * @param {string} given
 * @param {import('./database.mjs').Database} database
 * @param {{ overwrite?: boolean, dryRun?: boolean }} options
 */
export async function importFrom(given, database, { overwrite, dryRun }) {
  const name = called(given, 'input');
  const file = await rereadable(given);
  const { count, project } = await step('Checking the file', (_, say) => checked(file, name, say));
  const documents = () => documentsOf(file, name, { from: project, to: database });

  const found = await step('Comparing with the store', (_, say) => compared(documents(), database, count, say));
  const of = (what) => found.states.reduce((sum, state) => sum + (state === what), 0);
  const [absent, same, other] = [of(Found.NOTHING), of(Found.THE_SAME), of(Found.ANOTHER)];
  if (other > 0 && !overwrite && !dryRun) {
    throw new Failure(`${counted(other, 'document')} of ${name} ${other === 1 ? 'is' : 'are'} in the store with other contents. Nothing was written.`, {
      detail: [...found.others, ...(other > found.others.length ? ['…'] : [])].join('\n'),
      todo: 'replace them with `--overwrite`, or import into an empty store.',
    });
  }

  if (dryRun) {
    const others = overwrite ? `${other} to be replaced` : `${other} in the store with other contents (--overwrite would replace them)`;
    console.error(`${counted(count, 'document')} of ${name}: ${absent} new, ${others}, ${same} unchanged. Nothing was written (--dry-run).`);
    return;
  }
  const tally = new Tally();
  await step('Importing documents', (_, say) => written(documents(), found.states, database, tally, say));
  console.error(`Imported ${name} into ${database.place}: ${absent} new, ${other} replaced, ${same} unchanged.`);
}

/** Reads the whole file once. */
async function checked(file, name, say) {
  const lines = readFile(file, name);
  const { project } = (await lines.next()).value;
  const lineOf = new Map();
  let number = 1;
  for await (const { path } of lines) {
    number += 1;
    if (lineOf.has(path)) {
      throw new Failure(`Line ${number} of ${name} has the same document as line ${lineOf.get(path)}: ${path}.`, { todo: 'take one of them out. Nothing was written.' });
    }
    lineOf.set(path, number);
    say(counted(lineOf.size, 'document'));
  }
  return { count: lineOf.size, project };
}

/** The documents of the file as they are to be in the store: what refers to a document there refers to one here. */
async function* documentsOf(file, name, { from, to }) {
  const there = `projects/${from}/databases/(default)/documents/`;
  const here = (reference) => (reference.startsWith(there) ? to.nameOf(reference.slice(there.length)) : reference);
  const lines = readFile(file, name);
  await lines.next(); // the header
  for await (const { path, fields } of lines) yield { path, fields: plainFields(fields, here) };
}

/** For each document of the file what the store has in its place; and the first paths that differ. */
async function compared(documents, database, count, say) {
  const states = new Uint8Array(count);
  const others = [];
  let at = 0;
  for await (const some of batches(documents, MAX_READS)) {
    const there = await database.batchGet(some.map(({ path }) => path));
    for (const { path, fields } of some) {
      const stored = there.get(path);
      if (!stored) states[at] = Found.NOTHING;
      else if (JSON.stringify(plainFields(stored.fields ?? {})) === JSON.stringify(fields)) states[at] = Found.THE_SAME;
      else {
        states[at] = Found.ANOTHER;
        if (others.length < NAMED) others.push(path);
      }
      at += 1;
    }
    say(`${counted(at, 'document')} of ${count}`);
  }
  return { states, others };
}

async function written(documents, states, database, tally, say) {
  async function* writes() {
    let at = 0;
    for await (const { path, fields } of documents) {
      const state = states[at];
      at += 1;
      if (state === Found.THE_SAME) continue;
      const update = { name: database.nameOf(path), fields };
      // Somebody may have made it since we looked.
      yield state === Found.NOTHING ? { update, currentDocument: { exists: false } } : { update };
    }
  }
  for await (const some of batches(writes(), MAX_WRITES)) {
    try {
      await database.commit(some);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const before = `${counted(tally.documents, 'document')} had been written before that`;
      if (error.status === 'ALREADY_EXISTS') {
        throw new Failure(`Somebody else writes into the store: a document that was not there a moment ago is there. ${before}.`, { detail: error.detail, todo: 'stop the others, and start again.' });
      }
      throw new Failure(`${error.message} ${before}.`, { detail: error.detail, todo: `${error.todo} What was written is left alone then.` });
    }
    for (const { update } of some) tally.add(update);
    say(String(tally));
  }
}

/** Lists of at most so many, which one request can carry. */
async function* batches(items, most) {
  let batch = [];
  let bytes = 0;
  for await (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (batch.length === most || (batch.length > 0 && bytes + size > MAX_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
