// SendGrid's own JavaScript client against mentora-sim, and its mail beside ours.
//
//   node tests/mail/run.mjs
//
// MENTORA_SIM  the sim's binary (default: target/debug/mentora-sim)
// CI=true      what cannot be installed is a failure, not a skip
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeModules } from '../node-modules.mjs';
import { run } from '../program.mjs';
import { startSim } from '../sim.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const strict = process.env.CI === 'true';

const TESTS_MS = 60_000;

const { problem, output } = await nodeModules(here);
if (problem) {
	console.error(`\n${strict ? 'FAILED' : 'SKIPPED'}: SendGrid's client: ${problem}\n${output.trim().split('\n').slice(-5).join('\n')}\n`);
	end(0, Number(strict), Number(!strict));
}

const sim = await startSim(['--voice', 'tone']);
let result;
try {
	result = await run(process.execPath, ['--test', '--test-reporter=tap', 'client.test.mjs'], { cwd: here, env: { SIM_URL: sim.url }, timeout: TESTS_MS });
} finally {
	await sim.stop();
}
const number = (pattern) => Number(result.output.match(pattern)?.[1] ?? 0);
end(number(/^# pass (\d+)/m), result.ok ? 0 : Math.max(number(/^# fail (\d+)/m), 1), 0);

function end(passed, failed, skipped) {
	console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
	process.exit(failed > 0 ? 1 : 0);
}
