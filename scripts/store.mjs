// `npm run store -- export FILE` and `npm run store -- import FILE`: all documents, out of a store into a file and back.
import { resolve } from 'node:path';
import { Failure, command } from './console/failure.mjs';
import { flagsAndWords } from './console/flags.mjs';
import { whereDocumentsAre } from './store/address.mjs';
import { Database } from './store/database.mjs';
import { exportTo } from './store/export.mjs';
import { importFrom } from './store/import.mjs';

const HELP = `
npm run store -- export FILE [flags]: writes every document of the store into a file.
npm run store -- import FILE [flags]: writes the documents of such a file into the store.

The store is that of the \`npm start\` that runs from this folder, whether it keeps documents itself or in the Firestore
emulator. Another one (also that of \`npm start -- --ephemeral\`) is named by --url.

  --url http://host:port   any Firestore REST address: a local Mentora, or the Firestore emulator
  --project ID             the project in it; by default that of the local Mentora
  --force                  export: replace FILE
  --overwrite              import: replace documents that are in the store and differ from the file's
  --dry-run                import: say what would be done, and write nothing

  FIRESTORE_EMULATOR_HOST=host:port   the same as --url http://host:port

FILE is newline-delimited JSON: a header, then one document a line, in Firestore's REST form. A FILE that ends with .gz is
compressed. \`-\` is the standard output or input; then say \`npm run --silent store\`, or npm writes between the documents.

export is no snapshot: it reads page by page, and when somebody writes meanwhile, the file has some documents from before
that and some from after it. Stop using Mentora while it runs, if that matters.
import reads and checks the whole file first. Then it writes as many documents at a time as a commit may have; when it is
interrupted, start it again: what is in the store as it is in the file is left alone. Documents that are in the store only
stay. An imported document begins a life of its own: createTime and updateTime are those of the import. References into
the exported project become references into the project that is imported into. Conversations that are open in Mentora do
not look at what is imported under them.`;

const USES = { export: ['url', 'project', 'force'], import: ['url', 'project', 'overwrite', 'dry-run'] };

await command(async () => {
  const { flags, words } = flagsAndWords(
    {
      url: { type: 'string' },
      project: { type: 'string' },
      force: { type: 'boolean' },
      overwrite: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
    },
    HELP,
  );
  const file = understood(words, flags);
  const database = new Database(whereDocumentsAre(flags));
  console.error(`Store: ${database.place}`);
  if (words[0] === 'export') await exportTo(file, database, { force: flags.force });
  else await importFrom(file, database, { overwrite: flags.overwrite, dryRun: flags['dry-run'] });
});

/** The file that is meant: a path, or "-". */
function understood(words, flags) {
  const [verb, file, ...more] = words;
  const todo = 'say `npm run store -- export FILE` or `npm run store -- import FILE`; `--help` tells the rest.';
  if (!USES[verb]) throw new Failure(verb ? `There is no \`${verb}\` for the store.` : 'Export or import?', { todo });
  if (!file || more.length > 0) throw new Failure(`\`${verb}\` takes one file, and ${file ? 'more were' : 'none was'} given.`, { todo });
  const idle = Object.keys(flags).find((flag) => !USES[verb].includes(flag));
  if (idle) throw new Failure(`\`--${idle}\` is not a flag of \`${verb}\`.`, { todo: 'see `--help` for the flags there are.' });
  // npm changes into the repository; the file is meant from where the person stands.
  const here = process.env.npm_lifecycle_event === 'store' ? process.env.INIT_CWD : undefined;
  return file === '-' ? file : resolve(here ?? process.cwd(), file);
}
