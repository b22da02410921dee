// Google's own SDK signs in at Google's own Auth emulator; the built Worker takes the tokens.
//
//   npm run build -- --worker
//   node tests/sign-in/run.mjs
//
// CI=true  what cannot be installed is a failure, not a skip
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeModules } from '../node-modules.mjs';
import { run } from '../program.mjs';

const TESTS_MS = 3 * 60_000;
const here = dirname(fileURLToPath(import.meta.url));

const { problem, output } = await nodeModules(here);
if (problem) {
	const strict = process.env.CI === 'true';
	console.error(`\n${strict ? 'FAILED' : 'SKIPPED'}: the Auth emulator: ${problem}\n${output.trim().split('\n').slice(-5).join('\n')}\n`);
	console.log(strict ? '0 passed, 1 failed, 0 skipped' : '0 passed, 0 failed, 1 skipped');
	process.exit(strict ? 1 : 0);
}
const args = ['--test', '--test-reporter=spec', join(here, 'sign_in.test.mjs')];
const { ok } = await run(process.execPath, args, { timeout: TESTS_MS });
process.exit(ok ? 0 : 1);
