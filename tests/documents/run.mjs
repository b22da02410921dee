// Google's own Firestore clients against both document stores: Google's emulator, and the Worker's own store in workerd.
//
//   npm run build -- --worker
//   node tests/documents/run.mjs
//
// Each client runs one script on each store. A step knows what it is to be answered, and both stores must have answered
// the same. The table of crates/firestore/tests/conformance is run against the Worker, too.
//
// MENTORA_CACHE  folder for the Python environment (default: .mentora/cache)
// CI=true        what cannot be installed is a failure, not a skip
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { fromCargoTest } from '../../scripts/test/counts.mjs';
import { startEmulator } from '../../scripts/test/firestore-emulator.mjs';
import { nodeModules } from '../node-modules.mjs';
import { run } from '../program.mjs';
import { pythonEnvironment } from '../python-environment.mjs';
import { startTrimmingProxy } from './trimming-proxy.mjs';
import { startWorker } from './worker.mjs';

const SCRIPT_MS = 240_000;
// Time to compile the tests is in it.
const TABLE_MS = 10 * 60_000;
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const strict = process.env.CI === 'true';
const count = { passed: 0, failed: 0, skipped: 0 };

/**
 * @typedef {{ name: string, program: string, script: string }} Client
 * @typedef {{ name: string, hostFor: (client: Client) => string }} Store
 * @typedef {{ step: string, result: unknown, expected?: unknown }} Step
 */

// Only then does what we started end with us.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const started = [];
try {
	const starts = [startEmulator(), startWorker(), clients()].map((start) => start.then((service) => (started.push(service), service)));
	await Promise.allSettled(starts);
	const [emulator, worker, all] = await Promise.all(starts);
	const ours = { name: 'the Worker', hostFor: () => worker.host };
	const theirs = emulator && (await emulatorStore(emulator));
	// The stores do not disturb each other, but on one store one script at a time is enough for two cores.
	const [ourResults, theirResults] = await Promise.all([
		inTurn(all, (client) => runScript(client, ours)),
		inTurn(all, (client) => theirs && runScript(client, theirs)),
	]);
	all.forEach((client, index) => compare(client, ourResults[index], theirResults[index]));
	await table(worker.host);
} catch (error) {
	fail(`the clients could not be run: ${error.message}`);
} finally {
	for (const service of started) await service?.stop?.();
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed > 0 ? 1 : 0);

/** The clients that can be installed. */
async function clients() {
	const folder = (name) => join(here, name);
	const [node, python] = await Promise.all([
		nodeModules(folder('js')),
		pythonEnvironment('documents-python', join(folder('python'), 'requirements.txt')),
	]);
	const all = [];
	if (node.problem) notInstalled('the JavaScript clients', node);
	else {
		for (const name of ['google-cloud-firestore', 'firebase-admin', 'firestore-lite']) {
			all.push({ name, program: process.execPath, script: join(folder('js'), `${name}.mjs`) });
		}
	}
	if (python.problem) notInstalled('the Python client', python);
	else all.push({ name: 'python', program: python.interpreter, script: join(folder('python'), 'google_cloud_firestore.py') });
	return all;
}

/** @returns {Promise<Store>} */
async function emulatorStore(emulator) {
	const proxy = await startTrimmingProxy(emulator.host);
	started.unshift(proxy);
	return { name: 'the emulator', hostFor: ({ name }) => (name === 'python' ? proxy.host : emulator.host) };
}

/**
 * Runs a client's script on a store and counts its steps.
 *
 * @param {Client} client
 * @param {Store} store
 * @returns {Promise<Step[]>}
 */
async function runScript(client, store) {
	const where = `${client.name} on ${store.name}`;
	const env = { FIRESTORE_EMULATOR_HOST: store.hostFor(client), GOOGLE_CLOUD_PROJECT: `demo-${client.name}`, PYTHONDONTWRITEBYTECODE: '1' };
	const begin = Date.now();
	const { ok, output } = await run(client.program, [client.script], { env, quiet: true, timeout: SCRIPT_MS });
	const steps = output.split('\n').filter((line) => line.startsWith('{"step"')).map((line) => JSON.parse(line));
	console.log(`${where}: ${steps.length} steps in ${((Date.now() - begin) / 1000).toFixed(1)} s`);

	if (!ok || steps.length === 0) fail(`${where}: the script did not come to its end\n${output.split('\n').filter((line) => !line.startsWith('{"step"')).slice(-15).join('\n')}`);
	for (const step of steps) {
		if (!('expected' in step)) count.passed += 1;
		else fail(`${where}: ${step.step}\n  answered ${JSON.stringify(step.result)}\n  expected ${JSON.stringify(step.expected)}`);
	}
	return steps;
}

/** What a client was answered by both stores is the same. */
function compare({ name }, ours, theirs) {
	if (!theirs) {
		console.log(`skipped: ${name}: both stores answer alike: there is no emulator`);
		count.skipped += 1;
		return;
	}
	const known = new Map(theirs.map(({ step, result }) => [step, result]));
	const differences = ours.filter(({ step, result }) => !known.has(step) || !isDeepStrictEqual(result, known.get(step)));
	const missing = theirs.filter(({ step }) => !ours.some((one) => one.step === step));
	if (differences.length + missing.length === 0) {
		count.passed += 1;
		return;
	}
	const lines = [
		...differences.map(({ step, result }) => `  ${step}\n    the Worker   ${JSON.stringify(result)}\n    the emulator ${JSON.stringify(known.get(step))}`),
		...missing.map(({ step }) => `  ${step}\n    was not taken on the Worker`),
	];
	fail(`${name}: the stores answer differently\n${lines.join('\n')}`);
}

/** The table of requests and replies, in workerd. */
async function table(host) {
	const name = 'the_embedded_store_in_workerd';
	const args = ['test', '--workspace', '--test', 'conformance', '--', '--nocapture', name];
	const { ok, output } = await run('cargo', args, { cwd: root, env: { FIRESTORE_STORE_URL: `http://${host}` }, quiet: true, timeout: TABLE_MS });
	const { passed } = fromCargoTest(output);
	if (ok && passed === 1) {
		console.log(`the conformance table on the Worker: ${/^(\d+) cases$/m.exec(output)?.[1]} cases`);
		count.passed += 1;
	} else {
		fail(`the conformance table on the Worker (cargo ${args.join(' ')})\n${output}`);
	}
}

/** Does something for one after the other. */
async function inTurn(items, work) {
	const results = [];
	for (const item of items) results.push(await work(item));
	return results;
}

function fail(what) {
	console.error(`FAILED: ${what}`);
	count.failed += 1;
}

function notInstalled(what, { problem, output }) {
	const lastLines = output.trim().split('\n').slice(-5).join('\n');
	console.error(`\n${strict ? 'FAILED' : 'SKIPPED'}: ${what}: ${problem}\n${lastLines}\n`);
	if (!strict) console.log(`skipped: ${what}: ${problem}`);
	count[strict ? 'failed' : 'skipped'] += 1;
}
