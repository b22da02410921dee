// A proxy that removes the blanks at the end of replies.
//
// Google's emulator ends the array of a streamed reply with `]` and a newline. The Python client parses such a reply
// character by character, takes the newline for the beginning of another element, and gives up with "Can only parse
// array of JSON objects". Production sends no newline, and no other client minds, so this stands before the emulator only.
import { createServer, request } from 'node:http';
import { once } from 'node:events';

const TIMEOUT_MS = 60_000;

/**
 * @param {string} host `127.0.0.1:8080`
 * @returns {Promise<{ host: string, stop: () => Promise<void> }>}
 */
export async function startTrimmingProxy(host) {
	const server = createServer((incoming, outgoing) => {
		const { method, url, headers } = incoming;
		const onward = request(`http://${host}`, { method, path: url, headers, timeout: TIMEOUT_MS }, async (reply) => {
			const chunks = await reply.toArray();
			const body = Buffer.concat(chunks).toString().trimEnd();
			outgoing.writeHead(reply.statusCode, { 'content-type': reply.headers['content-type'] ?? 'application/json' }).end(body);
		});
		onward.on('timeout', () => onward.destroy(new Error('no answer')));
		onward.on('error', (error) => outgoing.writeHead(502).end(error.message));
		incoming.pipe(onward);
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const stop = async () => {
		server.closeAllConnections();
		await new Promise((closed) => server.close(closed));
	};
	return { host: `127.0.0.1:${server.address().port}`, stop };
}
