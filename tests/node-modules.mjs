// The packages of a folder with a package-lock.json of its own.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './program.mjs';

const INSTALL_MS = 5 * 60_000;

/**
 * Installs them unless they are those of the lock.
 *
 * @param {string} folder
 * @returns {Promise<{ problem?: string, output?: string }>}
 */
export async function nodeModules(folder) {
	// npm writes this file last, so it is younger than a lock that was installed.
	const installed = join(folder, 'node_modules/.package-lock.json');
	const lock = join(folder, 'package-lock.json');
	if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return {};
	// Windows finds npm only through its shell script.
	const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
	const result = await run(npm, ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder, quiet: true, timeout: INSTALL_MS });
	return result.ok ? {} : { problem: 'npm cannot install what is needed', output: result.output };
}
