// SendGrid's own JavaScript client against mentora-sim, and its mail beside ours.
//
//   node tests/mail/run.mjs
//
// MENTORA_SIM  the sim's binary (default: target/debug/mentora-sim)
// CI=true      what cannot be installed is a failure, not a skip
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeModules } from '../node-modules.mjs';
import { run } from '../program.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const sim = process.env.MENTORA_SIM ?? join(resolve(here, '../..'), 'target/debug/mentora-sim');
const strict = process.env.CI === 'true';

const TESTS_MS = 60_000;
const START_MS = 20_000;

const { problem, output } = await nodeModules(here);
if (problem) {
	console.error(`\n${strict ? 'FAILED' : 'SKIPPED'}: SendGrid's client: ${problem}\n${output.trim().split('\n').slice(-5).join('\n')}\n`);
	end(0, Number(strict), Number(!strict));
}

const server = spawn(sim, ['--port', '0', '--voice', 'tone'], { stdio: ['ignore', 'pipe', 'inherit'] });
let result;
try {
	const url = await listening(server);
	result = await run(process.execPath, ['--test', '--test-reporter=tap', 'client.test.mjs'], { cwd: here, env: { SIM_URL: url }, timeout: TESTS_MS });
} finally {
	server.kill('SIGTERM');
}
const number = (pattern) => Number(result.output.match(pattern)?.[1] ?? 0);
end(number(/^# pass (\d+)/m), result.ok ? 0 : Math.max(number(/^# fail (\d+)/m), 1), 0);

function listening(child) {
	return new Promise((found, failed) => {
		const timer = setTimeout(() => failed(new Error(`${sim} does not say where it listens`)), START_MS);
		child.on('error', failed);
		child.on('close', (code) => failed(new Error(`${sim} ended with code ${code}`)));
		createInterface({ input: child.stdout }).on('line', (line) => {
			const match = line.match(/listening on (\S+)/);
			if (match) (clearTimeout(timer), found(match[1]));
		});
	});
}

function end(passed, failed, skipped) {
	console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
	process.exit(failed > 0 ? 1 : 0);
}
