// Stripe's own client (23.1.0) against mentora-sim, and against what crates/payments sends and checks.
//
//   node tests/stripe/run.mjs
//
// MENTORA_SIM    the sim's binary (default: target/debug/mentora-sim)
// UPDATE_GOLDEN  1: what Stripe's client signs is written anew
// CI=true        what cannot be installed is a failure, not a skip
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeModules } from '../node-modules.mjs';
import { run } from '../program.mjs';
import { startSim } from '../sim.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const strict = process.env.CI === 'true';

const TESTS_MS = 2 * 60_000;
// One after the other: they share the sim, which has one account.
const TESTS = ['--test', '--test-reporter=tap', '--test-concurrency=1', 'request.test.mjs', 'signed.test.mjs', 'client.test.mjs', 'delivery.test.mjs'];

const count = { passed: 0, failed: 0, skipped: 0 };

async function tests() {
	const { problem, output } = await nodeModules(here);
	if (problem) {
		const lastLines = output.trim().split('\n').slice(-5).join('\n');
		console.error(`\n${strict ? 'FAILED' : 'SKIPPED'}: ${problem}\n${lastLines}\n`);
		count[strict ? 'failed' : 'skipped'] += 1;
		return;
	}
	const sim = await startSim(['--voice', 'tone']);
	try {
		const result = await run(process.execPath, TESTS, { cwd: here, env: { SIM_URL: sim.url }, timeout: TESTS_MS });
		const number = (pattern) => Number(result.output.match(pattern)?.[1] ?? 0);
		count.passed += number(/^# pass (\d+)/m);
		count.failed += result.ok ? 0 : Math.max(number(/^# fail (\d+)/m), 1);
	} finally {
		await sim.stop();
	}
}

try {
	await tests();
} catch (error) {
	console.error(`FAILED: ${error.message}`);
	count.failed += 1;
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed > 0 ? 1 : 0);
