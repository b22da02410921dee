// What Stripe's client says an object is, by its own types.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const tsc = join(here, 'node_modules/typescript/bin/tsc');
const COMPILE_MS = 60_000;
const OPTIONS = { noEmit: true, strict: true, skipLibCheck: true, types: [], target: 'es2022', module: 'nodenext' };

/**
 * Complaints about values that are not of the types they should be: a field missing, of another kind, or unknown.
 *
 * @param {[type: string, value: unknown][]} values
 * @returns {string} empty when there are none
 */
export function complaints(values) {
	// Inside, so that the package is found.
	const folder = mkdtempSync(join(here, 'node_modules/.types-'));
	try {
		const lines = values.map(([type, value], at) => `export const value${at}: ${type} = ${JSON.stringify(value, null, 1)};`);
		writeFileSync(join(folder, 'values.ts'), ["import type Stripe from 'stripe';", ...lines].join('\n'));
		writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files: ['values.ts'] }));
		const run = spawnSync(process.execPath, [tsc, '--project', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8', timeout: COMPILE_MS });
		if (run.status === 0) return '';
		return run.stdout + run.stderr || String(run.error ?? `tsc ended with ${run.status}`);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
