// A mentora-sim for a test program.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const program = process.env.MENTORA_SIM ?? join(root, 'target/debug/mentora-sim');

const START_MS = 20_000;

/**
 * Starts one on a free port and waits for its line; `stop` ends it by its process id.
 *
 * @param {string[]} args
 * @returns {Promise<{ url: string, stop: () => Promise<unknown> }>}
 */
export async function startSim(args) {
	const child = spawn(program, ['--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
	const exited = new Promise((done) => child.on('close', done));
	const url = await new Promise((found, failed) => {
		const timer = setTimeout(() => failed(new Error(`${program} does not say where it listens`)), START_MS);
		child.on('error', failed);
		child.on('close', (code) => failed(new Error(`${program} ended with code ${code}`)));
		createInterface({ input: child.stdout }).on('line', (line) => {
			const match = line.match(/listening on (\S+)/);
			if (match) (clearTimeout(timer), found(match[1]));
		});
	});
	return { url, stop: () => (child.kill('SIGTERM'), exited) };
}
