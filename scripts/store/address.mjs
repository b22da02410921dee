// Where the documents are.
import { Failure } from '../console/failure.mjs';
import { holderOf } from '../project/lock.mjs';
import { state } from '../project/paths.mjs';
import { localSettings } from '../start/settings.mjs';

/**
 * @typedef {object} Where
 * @property {string} url the address before `/v1`
 * @property {string} project
 */

/**
 * Where a Mentora on this machine has its documents, for its lock file.
 *
 * @param {string} url its own address
 * @param {Record<string, string>} settings
 * @returns {Where | null} null where they are at Google
 */
export function documentsOf(url, settings) {
  const project = settings.FIREBASE_PROJECT_ID;
  if (settings.DOCUMENT_STORE === 'embedded') return { url, project };
  return settings.FIRESTORE_EMULATOR_HOST ? { url: `http://${settings.FIRESTORE_EMULATOR_HOST}`, project } : null;
}

/**
 * The store that is meant: by flag, by environment, or that of the Mentora that runs.
 *
 * @param {{ url?: string, project?: string }} flags
 * @param {{ environment?: NodeJS.ProcessEnv, folder?: string }} [surroundings] `folder` is where `npm start` has its lock
 * @returns {Where}
 */
export function whereDocumentsAre({ url, project }, { environment = process.env, folder = state } = {}) {
  const local = () => localSettings({ secret: '', environment }).FIREBASE_PROJECT_ID;
  if (url) return { url: base(url, `--url ${url}`), project: project ?? local() };
  const emulator = environment.FIRESTORE_EMULATOR_HOST;
  if (emulator) return { url: base(`http://${emulator}`, `FIRESTORE_EMULATOR_HOST=${emulator}`), project: project ?? local() };
  const runs = holderOf(folder, 'start');
  if (!runs) {
    throw new Failure('No Mentora runs from this folder.', {
      todo: 'start it with `npm start` in another terminal, or name a store with `--url http://host:port`.',
    });
  }
  if (!runs.documents) {
    throw new Failure(`The Mentora that runs from this folder (process ${runs.pid}) has its documents in Google's Firestore, which this command does not touch.`, {
      todo: "use Google's own `gcloud firestore export`, or name a local store with `--url http://host:port`.",
    });
  }
  return { url: runs.documents.url, project: project ?? runs.documents.project };
}

function base(text, given) {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new Failure(`\`${given}\` is not the address of a store.`, { todo: 'give scheme, host and port and nothing behind them, as in `--url http://127.0.0.1:8787`.' });
  }
  return url.origin;
}
