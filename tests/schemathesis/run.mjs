// schemathesis asks every route of `/api/openapi.json` what the document says may be asked, and what it does not, and holds
// each answer against the document: as a member of staff, as a student, and as nobody.
//
//   npm run build -- --worker
//   node tests/schemathesis/run.mjs
//
// SCHEMATHESIS_EXAMPLES  calls that are made up per route (default: few, for every day)
// SCHEMATHESIS_SEED      what they are made up from (default: always the same)
// MENTORA_SIM            the sim's binary (default: target/debug/mentora-sim)
// MENTORA_CACHE          folder for the Python environment (default: .mentora/cache)
// CI=true                what cannot be installed is a failure, not a skip
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../scripts/project/paths.mjs';
import { startSim } from '../../scripts/start/sim.mjs';
import { startWorker } from '../documents/worker.mjs';
import { run } from '../program.mjs';
import { pythonEnvironment } from '../python-environment.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(root, '.mentora/schemathesis');
const contract = join(root, 'docs/openapi.json');
const strict = process.env.CI === 'true';
const examples = Number(process.env.SCHEMATHESIS_EXAMPLES ?? 10);
const seed = process.env.SCHEMATHESIS_SEED ?? '20261123';
// Only against a run that never ends: five minutes are usual, twice that on a machine that compiles meanwhile.
const RUN_MS = 15 * 60_000 + examples * 20_000;
const CHECK_MS = 60_000;

/** Who asks, and whose answers must be of which kind. */
const CALLERS = [
	{ name: 'staff', uid: 'contract-staff', admin: true, share: 1, phases: 'examples,coverage,fuzzing,stateful' },
	{ name: 'student', uid: 'contract-student', admin: false, share: 1, phases: 'examples,fuzzing' },
	{ name: 'nobody', share: 0.3, phases: 'examples,fuzzing' },
];

const count = { passed: 0, failed: 0, skipped: 0 };

// Only then does what we started end with us.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const services = [];
try {
	await all();
} catch (error) {
	fail(`schemathesis could not be run: ${error.message}`);
} finally {
	for (const service of services.reverse()) await service.stop();
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed > 0 ? 1 : 0);

async function all() {
	const python = await pythonEnvironment('schemathesis', join(here, 'requirements.txt'));
	if (python.problem) return notInstalled(python);
	await validate(python.interpreter);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const sim = await startSim(process.env.MENTORA_SIM ?? join(root, 'target/debug/mentora-sim'), services);
	const files = { FIREBASE_SERVICE_ACCOUNT_KEY: sim.account, STORAGE_EMULATOR_HOST: sim.url };
	const sold = { STRIPE_BASE_URL: sim.url, STRIPE_SECRET_KEY: 'sk_test_contract', STRIPE_WEBHOOK_SECRET: 'whsec_of-the-contract' };
	const told = { SENDGRID_BASE_URL: sim.url, FCM_BASE_URL: sim.url };
	const settings = { ...sold, ...told, GEMINI_BASE_URL: sim.url, FIREBASE_JWKS_URL: `${sim.url}/jwks`, GOOGLE_TOKEN_URL: `${sim.url}/token`, ...files };
	const worker = await startWorker({ name: 'schemathesis', settings, assets: assets() });
	services.push(worker);
	const url = `http://${worker.host}`;
	// One caller's ids are not the other's, so they do not disturb each other.
	await Promise.all(CALLERS.map((caller) => ask(python.interpreter, url, caller)));
}

function assets() {
	return [contract];
}

/** The document is OpenAPI 3.1 at all. */
async function validate(interpreter) {
	const { ok, output } = await run(interpreter, ['-m', 'openapi_spec_validator', '--schema', '3.1', contract], { quiet: true, timeout: CHECK_MS });
	if (ok) count.passed += 1;
	else fail(`docs/openapi.json is not OpenAPI 3.1\n${output}`);
}

/** Every check of schemathesis, of all routes, for one caller. */
async function ask(interpreter, url, { name, uid, admin, share, phases }) {
	const token = uid && (await signIn(url, uid, admin));
	const counts = join(folder, `${name}.json`);
	const args = [
		'-m', 'schemathesis.cli', '--config-file', join(here, 'schemathesis.toml'), 'run', `${url}/api/openapi.json`, '--url', url,
		'--checks', 'all', '--seed', seed, '--phases', phases, '--max-examples', String(Math.max(1, Math.round(examples * share))), '--no-color',
	];
	if (token) args.push('--header', `Authorization:Bearer ${token}`);
	const env = {
		SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: '1',
		CONTRACT_URL: url, CONTRACT_CALLER: name, CONTRACT_TOKEN: token ?? '', CONTRACT_SEED: seed, CONTRACT_COUNTS: counts,
	};
	const begin = Date.now();
	const { ok, output } = await run(interpreter, args, { cwd: folder, env, quiet: true, timeout: RUN_MS });
	const seconds = (Date.now() - begin) / 1000;
	if (!existsSync(counts)) return fail(`as ${name}: schemathesis was stopped after ${seconds.toFixed(0)} s, or did not begin\n${output}`);
	const answers = JSON.parse(readFileSync(counts, 'utf8'));
	report(name, answers, seconds);
	if (ok) count.passed += 1;
	else fail(`as ${name}, answers are not what the document says\n${output}`);
}

async function signIn(url, uid, admin) {
	const answer = await fetch(`${url}/api/dev/sign-in`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ uid, admin, email: `${uid}@school.example`, name: uid }),
		signal: AbortSignal.timeout(20_000),
	});
	return (await answer.json()).idToken;
}

function report(name, answers, seconds) {
	const rows = Object.entries(answers).sort();
	const total = rows.reduce((sum, [, statuses]) => sum + Object.values(statuses).reduce((a, b) => a + b, 0), 0);
	console.log(`\nas ${name}: ${total} calls in ${seconds.toFixed(1)} s`);
	const known = new Set(operations());
	for (const [operation, statuses] of rows.filter(([operation]) => known.has(operation))) console.log(`  ${operation.padEnd(58)} ${Object.entries(statuses).sort().map(([status, times]) => `${status} x${times}`).join('  ')}`);
}

/** Of the document, as `GET /api/health`. What else was asked for is refused with 405, or schemathesis complains. */
function operations() {
	const { paths } = JSON.parse(readFileSync(contract, 'utf8'));
	return Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
}

function fail(what) {
	console.error(`FAILED: ${what}`);
	count.failed += 1;
}

function notInstalled({ problem, output }) {
	const lastLines = output.trim().split('\n').slice(-5).join('\n');
	console.error(`\n${strict ? 'FAILED' : 'SKIPPED'}: schemathesis: ${problem}\n${lastLines}\n`);
	if (!strict) console.log(`skipped: schemathesis: ${problem}`);
	count[strict ? 'failed' : 'skipped'] += 1;
}
