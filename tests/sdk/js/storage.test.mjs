// Google's own client of Cloud Storage: it signs the same URL as we do, and mentora-sim is a store to it. The sim's address
// comes in SIM_URL.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { Storage } from '@google-cloud/storage';

const base = process.env.SIM_URL;
assert.ok(base, 'SIM_URL must name a running mentora-sim, e.g. http://127.0.0.1:8799');

const root = resolve(import.meta.dirname, '../../..');
const SIGN_MS = 20_000;
const PATIENCE_MS = 20_000;
const PNG = Buffer.from('\x89PNG\r\n\x1a\n and the rest of it', 'latin1');
const HEADERS = { 'x-goog-content-length-range': `1,${PNG.length}`, 'x-goog-if-generation-match': '0' };

// Of the whole workspace, whose libraries the tests have built already.
const signer = process.env.MENTORA_SIGN_UPLOAD ?? resolve(root, 'target/debug/examples/sign_upload');
assert.ok(existsSync(signer), `${signer} is not there. Build it: cargo build --workspace --example sign_upload`);

const account = await (await fetch(`${base}/sim/service-account.json`, { signal: AbortSignal.timeout(PATIENCE_MS) })).json();
const client = (apiEndpoint) =>
	new Storage({ apiEndpoint, projectId: account.project_id, credentials: account, retryOptions: { autoRetry: false } });


function started(program, args, input = '') {
	const run = spawnSync(program, args, { cwd: root, input, encoding: 'utf8', timeout: SIGN_MS });
	assert.equal(run.status, 0, run.stderr || String(run.error));
	return run.stdout.trim();
}

const signedByUs = (wish) => started(signer, [], JSON.stringify(wish));

const parts = (url) => ({ place: url.split('?')[0], query: [...new URL(url).searchParams].sort() });

test('Google signs the URL that we sign, for the same key, time and headers', async () => {
	const at = new Date(Math.floor(Date.now() / 1000) * 1000); // it signs for no other time than one to come
	for (const [apiEndpoint, name] of [['https://storage.googleapis.com', 'courses/c1/thumbnail/Ab3'], [base, "a b/c+d&é(1)!'*.png"]]) {
		const google = client(apiEndpoint);
		const [theirs] = await google.bucket('pictures').file(name).getSignedUrl({
			version: 'v4', action: 'write', contentType: 'image/png', extensionHeaders: HEADERS, accessibleAt: at, expires: at.getTime() + 600_000,
		});
		const ours = signedByUs({
			account, baseUrl: apiEndpoint, bucket: 'pictures', object: name, headers: { 'Content-Type': 'image/png', ...HEADERS },
			expiresSeconds: 600, atMs: at.getTime(),
		});
		// The same signature is over the same text; parameters may stand in another order.
		assert.deepEqual(parts(ours), parts(theirs));
	}
});

test('what Google signs, the sim takes; what lies there, Google sees and deletes', async () => {
	const google = client(base);
	// Left to itself it would ask for its token at Google, whatever the key file says.
	const authorized = (request) => ({ ...request, headers: { ...request.headers, Authorization: 'Bearer ya29.sim-given' } });
	google.interceptors.push({ request: authorized });
	const file = google.bucket('pictures').file(`courses/c1/thumbnail/${Date.now()}`);
	const [url] = await file.getSignedUrl({
		version: 'v4', action: 'write', contentType: 'image/png', extensionHeaders: HEADERS, expires: Date.now() + 60_000,
	});
	const put = (content) =>
		fetch(url, { method: 'PUT', headers: { 'Content-Type': 'image/png', ...HEADERS }, body: content, signal: AbortSignal.timeout(PATIENCE_MS) });
	assert.match(await (await put(Buffer.concat([PNG, PNG]))).text(), /EntityTooLarge/);
	assert.equal((await put(PNG)).status, 200);

	const [metadata] = await file.getMetadata();
	assert.equal(metadata.contentType, 'image/png');
	assert.equal(Number(metadata.size), PNG.length);
	const [content] = await file.download({ validation: false });
	assert.deepEqual(content, PNG);

	const [look] = await file.getSignedUrl({ version: 'v4', action: 'read', expires: Date.now() + 60_000 });
	for (const address of [look, file.publicUrl()]) {
		const seen = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
		assert.equal(seen.headers.get('content-type'), 'image/png', address);
	}
	await file.delete();
	assert.deepEqual(await file.exists(), [false]);
	await assert.rejects(file.delete(), (error) => error.code === 404);
});
