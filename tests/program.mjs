// Runs a program to its end.
import { spawn } from 'node:child_process';

/**
 * Never throws: what could not be started is not `ok` either.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, quiet?: boolean, timeout: number }} options `env` is added to
 *   ours; `quiet`: the output is not shown; `timeout` in milliseconds
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function run(program, args, { env, cwd, quiet = false, timeout }) {
	return new Promise((done) => {
		let output = '';
		const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], shell: false });
		const timer = setTimeout(() => ((output += `\nno end within ${timeout / 1000} s`), child.kill('SIGKILL')), timeout);
		for (const stream of [child.stdout, child.stderr]) {
			// A character may be cut between two chunks.
			stream.setEncoding('utf8').on('data', (text) => {
				output += text;
				if (!quiet) process.stdout.write(text);
			});
		}
		const end = (code) => (clearTimeout(timer), done({ ok: code === 0, output }));
		child.on('error', (error) => ((output += error.message), end(-1)));
		child.on('close', end);
	});
}
