// A virtual environment for Python with what a requirements file names.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './program.mjs';

const INSTALL_MS = 5 * 60_000;
const windows = process.platform === 'win32';
const cache = resolve(process.env.MENTORA_CACHE ?? fileURLToPath(new URL('../.mentora/cache', import.meta.url)));

/**
 * Makes the environment once for each state of the file, in the folder that MENTORA_CACHE names (default: .mentora/cache).
 *
 * @param {string} name of the environment's folder
 * @param {string} requirements path of the file
 * @returns {Promise<{ interpreter: string } | { problem: string, output: string }>}
 */
export async function pythonEnvironment(name, requirements) {
	const state = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
	const folder = join(cache, `${name}-${state}`);
	const interpreter = join(folder, windows ? 'Scripts/python.exe' : 'bin/python');
	const finished = join(folder, 'installed');
	if (existsSync(finished)) return { interpreter };

	const base = windows ? 'python' : 'python3';
	const recent = 'import sys; sys.exit(sys.version_info < (3, 11))';
	const found = await run(base, ['-c', recent], { quiet: true, timeout: 30_000 });
	if (!found.ok) return { problem: 'Python 3.11 or newer is needed', output: found.output };
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(cache, { recursive: true });
	const made = await run(base, ['-m', 'venv', folder], { quiet: true, timeout: INSTALL_MS });
	if (!made.ok) return { problem: 'python3 -m venv does not work', output: made.output };
	console.log(`installing ${readFileSync(requirements, 'utf8').trim().replaceAll('\n', ', ')} …`);
	const args = ['-m', 'pip', 'install', '--disable-pip-version-check', '-q', '-r', requirements];
	const installed = await run(interpreter, args, { quiet: true, timeout: INSTALL_MS });
	if (!installed.ok) return { problem: 'pip cannot install what is needed', output: installed.output };
	writeFileSync(finished, '');
	return { interpreter };
}
