// Google's own clients against mentora-sim: the JavaScript SDK (2.32.0 and 3.1.0), the client of Cloud Storage, and the
// Python SDK over TLS.
//
//   node tests/sdk/run.mjs
//
// MENTORA_SIM    the sim's binary (default: target/debug/mentora-sim)
// MENTORA_SIGN_UPLOAD  the signer (default: target/debug/examples/sign_upload)
// MENTORA_CACHE  folder for the Python environment (default: .mentora/cache)
// CI=true        what cannot be installed is a failure, not a skip
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeModules } from '../node-modules.mjs';
import { run } from '../program.mjs';
import { pythonEnvironment } from '../python-environment.mjs';
import { startSim } from '../sim.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const strict = process.env.CI === 'true';

const TESTS_MS = 5 * 60_000;

// The tutor speaks twice as fast.
const FAST = ['--playback-rate', '2'];

const count = { passed: 0, failed: 0, skipped: 0 };

function skip(what, why, output) {
	const lastLines = output.trim().split('\n').slice(-5).join('\n');
	console.error(`\n${strict ? 'FAILED' : 'SKIPPED'}: ${what}: ${why}\n${lastLines}\n`);
	count[strict ? 'failed' : 'skipped'] += 1;
}

async function javascript() {
	const folder = join(here, 'js');
	const { problem, output } = await nodeModules(folder);
	if (problem) return skip('JavaScript SDK', problem, output);
	const server = await startSim(FAST);
	try {
		const args = ['--test', '--test-reporter=tap', 'dialogue.test.mjs', 'session.test.mjs', 'storage.test.mjs'];
		const result = await run(process.execPath, args, { cwd: folder, env: { SIM_URL: server.url }, timeout: TESTS_MS });
		tally(result, /^# pass (\d+)/m, /^# fail (\d+)/m);
	} finally {
		await server.stop();
	}
}

async function python() {
	const { interpreter, problem, output } = await pythonEnvironment('sdk-python', join(here, 'python/requirements.txt'));
	if (problem) return skip('Python SDK', problem, output);
	const certificates = mkdtempSync(join(tmpdir(), 'mentora-sdk-'));
	try {
		const server = await startSim([...FAST, '--tls-self-signed', certificates]);
		try {
			const env = { SIM_URL: server.url, SSL_CERT_FILE: join(certificates, 'cert.pem'), PYTHONDONTWRITEBYTECODE: '1' };
			const result = await run(interpreter, [join(here, 'python/dialogue_test.py')], { env, timeout: TESTS_MS });
			const ran = Number(result.output.match(/^Ran (\d+) test/m)?.[1] ?? 0);
			const failures = [...result.output.matchAll(/(?:failures|errors)=(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
			count.passed += ran - failures;
			count.failed += result.ok ? 0 : Math.max(failures, 1);
		} finally {
			await server.stop();
		}
	} finally {
		rmSync(certificates, { recursive: true, force: true });
	}
}

function tally(result, passed, failed) {
	const number = (pattern) => Number(result.output.match(pattern)?.[1] ?? 0);
	count.passed += number(passed);
	count.failed += result.ok ? 0 : Math.max(number(failed), 1);
}

for (const part of [javascript, python]) {
	try {
		await part();
	} catch (error) {
		console.error(`FAILED: ${part.name}: ${error.message}`);
		count.failed += 1;
	}
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed > 0 ? 1 : 0);
