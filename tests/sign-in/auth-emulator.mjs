// Google's Auth emulator, in this process.
import { once } from 'node:events';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

// What the SDK calls for what is tested here, and what a server does with the administrator's rights.
const CALLED = new Set([
	'/v1/accounts:lookup',
	'/v1/accounts:sendOobCode',
	'/v1/accounts:signInWithPassword',
	'/v1/accounts:signUp',
	'/v1/accounts:update',
	'/v1/projects/{targetProjectId}/accounts:update',
	'/v1/token',
	'/emulator/v1/projects/{targetProjectId}/oobCodes',
]);

/**
 * Starts it on a free port.
 * @param {string} project
 * @returns {Promise<{ host: string, stop: () => Promise<void> }>}
 */
export async function startAuthEmulator(project) {
	const { default: specification } = require('firebase-tools/lib/emulator/auth/apiSpec.js');
	for (const path of CALLED) if (!(path in specification.paths)) throw new Error(`The Auth emulator knows no ${path}.`);
	specification.paths = Object.fromEntries(Object.entries(specification.paths).filter(([path]) => CALLED.has(path)));
	const { createApp } = require('firebase-tools/lib/emulator/auth/server.js');
	const server = (await createApp(project)).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const stop = async () => {
		server.closeAllConnections();
		server.close();
		await once(server, 'close');
	};
	return { host: `127.0.0.1:${server.address().port}`, stop };
}
