// Firestore's emulator with the rules and the documents, and everybody signed in as who they are.
import { readFileSync } from 'node:fs';
import { initializeTestEnvironment } from '@firebase/rules-unit-testing';
import { setLogLevel } from 'firebase/firestore';
import { startEmulator } from '../../../../scripts/test/firestore-emulator.mjs';
import { plant } from './documents.mjs';
import { groups, people } from './people.mjs';

const PROJECT = 'demo-rules';
const DEADLINE_MS = 60_000;

// The emulator lives for seconds: what the second compiler would gain costs twice as much.
process.env.JAVA_TOOL_OPTIONS ??= '-XX:TieredStopAtLevel=1';

export const rules = readFileSync(new URL('../../firestore.rules', import.meta.url), 'utf8');

/** Null where the emulator is not installed. */
export async function raise() {
  const emulator = await startEmulator();
  if (!emulator) return null;
  // Every denial would be a warning.
  setLogLevel('silent');
  const environment = await initializeTestEnvironment({ projectId: PROJECT, firestore: { host: '127.0.0.1', port: emulator.port, rules } });
  const replant = () => environment.withSecurityRulesDisabled((context) => plant(context.firestore()));
  await replant();

  const asked = {};
  for (const [name, { uid, claims }] of Object.entries(people)) {
    const context = uid === null ? environment.unauthenticatedContext() : environment.authenticatedContext(uid, claims);
    asked[name] = context.firestore();
  }

  const admin = (path, init = {}) => fetch(`http://${emulator.host}/emulator/v1/projects/${PROJECT}:${path}`, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) });
  return {
    /** In what the outcome of a case differs from what is to be: nothing, if all is well. */
    differences: (tried) => differences(tried, asked),
    /** Puts the documents back as they were. */
    replant,
    coverage: async () => (await admin('ruleCoverage')).json(),
    /** Has other rules hold; answers what is wrong with them, or null. */
    async enact(text) {
      const body = JSON.stringify({ rules: { files: [{ name: 'firestore.rules', content: text }] } });
      const reply = await admin('securityRules', { method: 'PUT', body });
      return reply.ok ? null : (await reply.json()).error.message;
    },
    async strike() {
      await environment.cleanup();
      await emulator.stop();
    },
  };
}

async function differences({ may, ask, by = Object.keys(people) }, asked) {
  if (!groups[may]) throw new Error(`people.mjs has no group called "${may}"`);
  const found = await Promise.all(
    by.map(async (name) => {
      const outcome = await within(ask(asked[name]).then(shown, denied));
      const expected = groups[may].includes(name) ? 'shown' : 'denied';
      return outcome === expected ? null : `${people[name].is}: ${outcome}, not ${expected}`;
    }),
  );
  return found.filter(Boolean);
}

// An allowed query that finds nothing would prove little.
const shown = (ids) => (ids?.length === 0 ? 'shown nothing' : 'shown');

const denied = (error) => {
  if (error.code !== 'permission-denied') throw error;
  return 'denied';
};

function within(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
