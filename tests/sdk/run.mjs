// Google's own clients against mentora-sim: the JavaScript SDK (2.32.0 and 3.1.0) and the Python SDK over TLS.
//
//   node tests/sdk/run.mjs
//
// MENTORA_SIM    the sim's binary (default: target/debug/mentora-sim)
// MENTORA_CACHE  folder for the Python environment (default: .mentora/cache)
// CI=true        what cannot be installed is a failure, not a skip
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const sim = process.env.MENTORA_SIM ?? join(root, 'target/debug/mentora-sim');
const cache = resolve(process.env.MENTORA_CACHE ?? join(root, '.mentora/cache'));
const strict = process.env.CI === 'true';
const windows = process.platform === 'win32';

const INSTALL_MS = 5 * 60_000;
const TESTS_MS = 5 * 60_000;
const START_MS = 20_000;

const count = { passed: 0, failed: 0, skipped: 0 };

/** Runs a program to its end; never throws. */
function run(program, args, { env, cwd, quiet = false, timeout }) {
	return new Promise((done) => {
		let output = '';
		const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], shell: false });
		const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (data) => {
				output += data;
				if (!quiet) process.stdout.write(data);
			});
		}
		const end = (code) => (clearTimeout(timer), done({ ok: code === 0, output }));
		child.on('error', (error) => ((output += error.message), end(-1)));
		child.on('close', end);
	});
}

/** Starts the sim and waits for its line; `stop` ends it by its process id. */
async function startSim(args) {
	const child = spawn(sim, ['--port', '0', '--playback-rate', '2', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
	const exited = new Promise((done) => child.on('close', done));
	const url = await new Promise((found, failed) => {
		const timer = setTimeout(() => failed(new Error(`${sim} does not say where it listens`)), START_MS);
		child.on('error', failed);
		child.on('close', (code) => failed(new Error(`${sim} ended with code ${code}`)));
		createInterface({ input: child.stdout }).on('line', (line) => {
			const match = line.match(/listening on (\S+)/);
			if (match) (clearTimeout(timer), found(match[1]));
		});
	});
	return { url, stop: () => (child.kill('SIGTERM'), exited) };
}

function skip(what, why, output) {
	const lastLines = output.trim().split('\n').slice(-5).join('\n');
	console.error(`\n${strict ? 'FAILED' : 'SKIPPED'}: ${what}: ${why}\n${lastLines}\n`);
	count[strict ? 'failed' : 'skipped'] += 1;
}

async function javascript() {
	const folder = join(here, 'js');
	const wanted = ['genai-2', 'genai-3'].map((name) => join(folder, 'node_modules', name));
	if (!wanted.every(existsSync)) {
		const lock = existsSync(join(folder, 'package-lock.json'));
		// Windows finds npm only through its shell script.
		const npm = windows ? 'npm.cmd' : 'npm';
		const args = [lock ? 'ci' : 'install', '--no-audit', '--no-fund', '--ignore-scripts'];
		const installed = await run(npm, args, { cwd: folder, quiet: true, timeout: INSTALL_MS });
		if (!installed.ok) return skip('JavaScript SDK', 'npm cannot install @google/genai', installed.output);
	}
	const server = await startSim([]);
	try {
		const args = ['--test', '--test-reporter=tap', 'dialogue.test.mjs'];
		const result = await run(process.execPath, args, { cwd: folder, env: { SIM_URL: server.url }, timeout: TESTS_MS });
		tally(result, /^# pass (\d+)/m, /^# fail (\d+)/m);
	} finally {
		await server.stop();
	}
}

async function python() {
	const requirements = join(here, 'python/requirements.txt');
	const interpreter = await environment(requirements);
	if (!interpreter) return;
	const certificates = mkdtempSync(join(tmpdir(), 'mentora-sdk-'));
	try {
		const server = await startSim(['--tls-self-signed', certificates]);
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

/** A virtual environment with the requirements in it; made once for each state of the file. */
async function environment(requirements) {
	const state = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
	const folder = join(cache, `sdk-python-${state}`);
	const interpreter = join(folder, windows ? 'Scripts/python.exe' : 'bin/python');
	const finished = join(folder, 'installed');
	if (existsSync(finished)) return interpreter;

	const base = windows ? 'python' : 'python3';
	const recent = 'import sys; sys.exit(sys.version_info < (3, 11))';
	const found = await run(base, ['-c', recent], { quiet: true, timeout: 30_000 });
	if (!found.ok) return void skip('Python SDK', 'Python 3.11 or newer is needed', found.output);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(cache, { recursive: true });
	const made = await run(base, ['-m', 'venv', folder], { quiet: true, timeout: INSTALL_MS });
	if (!made.ok) return void skip('Python SDK', 'python3 -m venv does not work', made.output);
	console.log('installing google-genai …');
	const args = ['-m', 'pip', 'install', '--disable-pip-version-check', '-q', '-r', requirements];
	const installed = await run(interpreter, args, { quiet: true, timeout: INSTALL_MS });
	if (!installed.ok) return void skip('Python SDK', 'pip cannot install google-genai', installed.output);
	writeFileSync(finished, '');
	return interpreter;
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
