// Out of a store, into a file.
import { step } from '../console/step.mjs';
import { MAX_READS } from './database.mjs';
import { called, header, line, mayWrite, writeFile } from './file.mjs';
import { Tally, counted } from './tally.mjs';

/**
 * @param {string} file
 * @param {import('./database.mjs').Database} database
 * @param {{ force?: boolean }} options
 */
export async function exportTo(file, database, { force }) {
  mayWrite(file, force);
  const tally = new Tally();
  const collections = new Set();
  await step('Exporting documents', (_, say) => {
    async function* lines() {
      yield header(database.project);
      for await (const [path, document] of documentsOf(database)) {
        const exported = line(path, document);
        collections.add(path.slice(0, path.lastIndexOf('/')));
        tally.add(exported);
        say(String(tally));
        yield exported;
      }
    }
    return writeFile(file, lines());
  });
  console.error(`Exported ${tally} of ${counted(collections.size, 'collection')} to ${called(file, 'output')}.`);
}

/** Every document with its path. One that is deleted between the look at the names and the reading is left out. */
async function* documentsOf(database) {
  let paths = [];
  for await (const path of database.paths()) {
    paths.push(path);
    if (paths.length < MAX_READS) continue;
    yield* await read(database, paths);
    paths = [];
  }
  if (paths.length > 0) yield* await read(database, paths);
}

async function read(database, paths) {
  const found = await database.batchGet(paths);
  return paths.filter((path) => found.has(path)).map((path) => [path, found.get(path)]);
}
