// The Worker that was built, in workerd, with its own document store and nothing else around it.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from '../../scripts/project/paths.mjs';
import { modernNode } from '../../scripts/setup/node.mjs';
import { freePort } from '../../scripts/start/ports.mjs';
import { Service } from '../../scripts/start/service.mjs';

const READY_MS = 60_000;
const POLL_MS = 100;
// Not asked for anything: no test here talks to the tutor.
const NOBODY = 'http://127.0.0.1:9';
const SETTINGS = {
	ENVIRONMENT: 'local',
	FIREBASE_PROJECT_ID: 'demo-documents',
	DOCUMENT_STORE: 'embedded',
	TICKET_SECRET: 'a secret of these tests',
	GEMINI_BASE_URL: NOBODY,
	FIREBASE_JWKS_URL: NOBODY,
	GOOGLE_TOKEN_URL: NOBODY,
};

/**
 * Starts a Worker with an empty store of its own on a free port; it answers Firestore's calls at `/v1`.
 *
 * @param {{ name?: string, settings?: Record<string, string>, assets?: string[] }} [how] `settings` beside those of these
 *   tests, or in place of them; `assets`: files and folders to serve beside the Worker
 * @returns {Promise<{ host: string, stop: () => Promise<void> }>}
 */
export async function startWorker({ name = 'documents', settings = {}, assets = [] } = {}) {
	const folder = mkdtempSync(join(tmpdir(), `mentora-${name}-`));
	const port = await freePort();
	layOut(folder, { ...SETTINGS, ...settings }, assets);
	const args = [
		join(root, 'node_modules/wrangler/bin/wrangler.js'), 'dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0',
		'--persist-to', 'state', '--env-file', 'settings.env', '--show-interactive-dev-session=false',
	];
	const env = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG_PATH: join(folder, 'logs'), NO_COLOR: '1', CI: 'true' };
	const service = new Service(`${name}-worker`, modernNode(), args, { cwd: folder, env });
	const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	const atExit = () => (service.kill(), remove());
	process.once('exit', atExit);
	const stop = async () => {
		process.removeListener('exit', atExit);
		await service.stop();
		remove();
	};
	const host = `127.0.0.1:${port}`;
	try {
		await service.before(answers(`http://${host}/v1/projects/demo-ready/databases/(default)/documents/a`), READY_MS, 'The Worker did not answer at /v1');
	} catch (error) {
		await stop();
		throw error;
	}
	return { host, stop };
}

/** A copy of what was built and a configuration without the build: nobody's editing of the sources disturbs the tests. */
function layOut(folder, settings, assets) {
	const build = join(root, 'build');
	if (!existsSync(join(build, 'index.js'))) throw new Error('The Worker is not built: `npm run build -- --worker`.');
	cpSync(build, join(folder, 'build'), { recursive: true });
	mkdirSync(join(folder, 'src'));
	for (const script of ['entry.js', 'relay.js']) cpSync(join(root, 'src', script), join(folder, 'src', script));
	const configuration = readFileSync(join(root, 'wrangler.toml'), 'utf8');
	const withoutBuild = configuration.replace(/^\[build\]\n(?:(?!\[).*\n)*/m, '').replace('"apps/mentora/build"', '"assets"');
	// Tests ask more often than any person may.
	writeFileSync(join(folder, 'wrangler.toml'), withoutBuild.replace(/\blimit = \d+/g, 'limit = 1000000'));
	mkdirSync(join(folder, 'assets'));
	for (const path of assets) cpSync(path, join(folder, 'assets', basename(path)), { recursive: true });
	writeFileSync(join(folder, 'settings.env'), Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`).join(''));
}

async function answers(url) {
	for (;; await pause(POLL_MS)) {
		try {
			const reply = await fetch(url, { signal: AbortSignal.timeout(2_000) });
			await reply.arrayBuffer();
			if (reply.ok) return;
		} catch {
			// Not listening yet.
		}
	}
}
