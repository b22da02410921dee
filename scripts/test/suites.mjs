// The suites of `npm test`, in the order in which they run: what is fast and finds much comes first.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../project/paths.mjs';
import { counts, fromAny, fromCargoTest, fromNextest, fromNodeTest, fromVitest, sum } from './counts.mjs';

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} about
 * @property {string[]} [needs] programs of the system, see setup/system-packages.mjs
 * @property {boolean} [built] tests the Worker, the web app or the sim as they were built, so they must be
 * @property {boolean} [beside] has nothing to do with cargo, and no deadline that a busy machine could miss
 * @property {() => string | null} [absent] why there is nothing to run, or null
 * @property {(run: Function, env: NodeJS.ProcessEnv) => Promise<import('./counts.mjs').Counts>} test
 */

/** @type {Suite[]} */
export const suites = [
  { name: 'scripts', about: 'the set-up and these commands themselves', needs: ['java'], beside: true, test: (run, env) => nodeTests(run, env, 'scripts') },
  { name: 'relay', about: 'the JavaScript around the Worker: what hands sound on, and where wrangler begins', beside: true, test: (run, env) => nodeTests(run, env, 'tests/relay') },
  { name: 'format', about: 'rustfmt finds nothing to change', test: (run, env) => verdict(run, env, 'cargo', ['fmt', '--all', '--check']) },
  {
    name: 'lint',
    about: 'clippy warns of nothing, and no Worker code can panic',
    test: (run, env) => verdict(run, env, 'cargo', ['clippy', '--workspace', '--all-targets', '--quiet', '--', '-D', 'warnings']),
  },
  { name: 'native', about: 'every crate: unit, property, simulation and documentation tests', test: (run, env) => native(run, env) },
  { name: 'web', about: 'the web app and the TypeScript SDK', beside: true, absent: () => nothing(webPackages(), 'no npm package has a `test` script'), test: (run, env) => web(run, env) },
  {
    name: 'firebase',
    about: 'the rules in Google\'s emulator, the indexes, the generated schemas',
    needs: ['java'],
    beside: true,
    absent: () => missing('packages/firebase/package.json'),
    test: (run, env) => firebase(run, env),
  },
  { name: 'sdk', about: "Google's own SDKs talk to mentora-sim", built: true, beside: true, absent: () => missing('tests/sdk/run.mjs'), test: (run, env) => program(run, env, 'tests/sdk/run.mjs') },
  { name: 'stripe', about: "Stripe's own SDK talks to mentora-sim, signs what we check and sends what we send", built: true, beside: true, absent: () => missing('tests/stripe/run.mjs'), test: (run, env) => program(run, env, 'tests/stripe/run.mjs') },
  { name: 'mail', about: "SendGrid's own client talks to mentora-sim, and makes the mail that we make", built: true, beside: true, absent: () => missing('tests/mail/run.mjs'), test: (run, env) => program(run, env, 'tests/mail/run.mjs') },
  {
    name: 'e2e',
    about: 'the Worker in workerd, by REST and WebSocket, with the Firestore emulator',
    built: true,
    needs: ['java'],
    absent: () => nothing(rustTests(isEndToEnd), 'tests/ has no Rust test whose name starts with e2e'),
    test: (run, env) => endToEnd(run, env),
  },
  {
    name: 'documents',
    about: "Google's own Firestore clients, on the emulator and on the Worker's store; the conformance table in workerd",
    built: true,
    needs: ['java'],
    absent: () => missing('tests/documents/run.mjs'),
    test: (run, env) => program(run, env, 'tests/documents/run.mjs'),
  },
  {
    name: 'sign-in',
    about: "Google's own SDK signs in at Google's Auth emulator, and the Worker takes the tokens",
    built: true,
    beside: true,
    absent: () => missing('tests/sign-in/run.mjs'),
    test: (run, env) => program(run, env, 'tests/sign-in/run.mjs'),
  },
  {
    name: 'contract',
    about: 'the OpenAPI document is sound, and schemathesis finds no answer that it does not describe',
    built: true,
    beside: true,
    absent: () => missing('tests/schemathesis/run.mjs'),
    test: (run, env) => program(run, env, 'tests/schemathesis/run.mjs'),
  },
  {
    name: 'browser',
    about: 'a student in Chromium, by text and by voice; a teacher and the wallet',
    built: true,
    needs: ['chromium', 'espeak-ng', 'sox'],
    absent: () => (existsSync(join(root, 'tests/browser/run.mjs')) ? null : nothing(nodeTestFiles('tests/browser'), 'tests/browser has no tests')),
    test: (run, env) => (existsSync(join(root, 'tests/browser/run.mjs')) ? program(run, env, 'tests/browser/run.mjs') : nodeTests(run, env, 'tests/browser')),
  },
];

/** A check without numbers counts as one test. */
async function verdict(run, env, command, args) {
  const { code } = await run(command, args, { cwd: root, env, outcome: true });
  return code === 0 ? counts(1) : counts(0, 1);
}

// Always of the whole workspace: a part of it wants its libraries with other features, and builds them once more.
async function native(run, env) {
  const tests = (args) => counted(run, env, 'cargo', ['test', ...args, '--no-fail-fast'], fromCargoTest);
  if (spawnSync('cargo', ['nextest', '--version']).status !== 0) {
    const own = ['-p', 'mentora', '--lib', ...rustTests((name) => !isEndToEnd(name))];
    return sum([await tests(['--workspace', '--exclude', 'mentora']), await tests(own)]);
  }
  const nextest = ['nextest', 'run', '--workspace', '--filterset', 'not binary(/^e2e/)', '--no-fail-fast'];
  return sum([await counted(run, env, 'cargo', nextest, fromNextest), await tests(['--doc', '--workspace'])]);
}

async function web(run, env) {
  const results = [];
  for (const path of webPackages()) results.push(await counted(run, env, 'npm', ['test', '-w', path], fromAny));
  return sum(results);
}

async function firebase(run, env) {
  const script = (name, read) => counted(run, env, 'npm', ['run', name, '-w', 'packages/firebase'], read);
  const types = await verdict(run, env, 'npm', ['run', 'check', '-w', 'packages/firebase']);
  return sum([types, await script('test:schemas', fromVitest), await script('test:rules', fromNodeTest)]);
}

// Each test starts a workerd of its own: one at a time, or two cores are too few for the deadlines.
function endToEnd(run, env) {
  return counted(run, env, 'cargo', ['test', '--workspace', ...rustTests(isEndToEnd), '--no-fail-fast', '--', '--test-threads=1'], fromCargoTest);
}

/** Arguments for cargo that name the root package's test programs: tests/NAME.rs and tests/NAME/main.rs. */
function rustTests(which) {
  const folder = join(root, 'tests');
  const names = readdirSync(folder).flatMap((name) => (name.endsWith('.rs') ? [name.slice(0, -3)] : existsSync(join(folder, name, 'main.rs')) ? [name] : []));
  return names.filter(which).sort().flatMap((name) => ['--test', name]);
}

// By name: what starts with `e2e` needs the built Worker, the rest is native.
const isEndToEnd = (name) => name.startsWith('e2e');

const program = (run, env, path) => counted(run, env, env.MENTORA_NODE, [path], fromAny);

const nodeTests = (run, env, folder) => counted(run, env, env.MENTORA_NODE, ['--test', '--test-reporter=spec', ...nodeTestFiles(folder)], fromNodeTest);

function nodeTestFiles(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true }).filter((name) => name.endsWith('.test.mjs')).map((name) => `${folder}/${name}`).sort();
}

function webPackages() {
  return ['packages/mentora-api', 'apps/mentora'].filter((path) => {
    const manifest = join(root, path, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).scripts?.test;
  });
}

/** Runs a test program and reads its numbers. One that fails without naming a failed test counts as one failure. */
async function counted(run, env, command, args, read) {
  const { code, output } = await run(command, args, { cwd: root, env, outcome: true });
  const found = read(output);
  return code !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found;
}

const nothing = (list, why) => (list.length === 0 ? why : null);
const missing = (path) => (existsSync(join(root, path)) ? null : `${path} is not there`);
