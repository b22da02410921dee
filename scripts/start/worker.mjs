// The Worker in workerd, by `wrangler dev`.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../project/paths.mjs';
import { wasmEnvironment } from '../build/wasm-environment.mjs';
import { Service } from './service.mjs';

// wrangler builds the Worker again when a source has changed since the build before it.
const READY_MS = 300_000;
const POLL_MS = 50;
const ANSWER_MS = 2_000;

/**
 * Starts the Worker and waits until it answers.
 *
 * @param {{ tools: import('../setup.mjs').Tools, port: number, settings: string, documents: string, verbose: boolean }} how
 *   `settings`: file with the Worker's settings; `documents`: folder that keeps what the Durable Objects store
 * @param {Service[]} services the started service is added before anything can go wrong
 */
export async function startWorker({ tools, port, settings, documents, verbose }, services) {
  const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
  const service = new Service(
    'worker',
    tools.node,
    [
      wrangler, 'dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0',
      '--persist-to', documents, '--env-file', settings, '--show-interactive-dev-session=false',
    ],
    {
      cwd: root,
      env: {
        ...wasmEnvironment(tools), // wrangler rebuilds the Worker when a source changes
        CLOUDFLARE_CF_FETCH_ENABLED: 'false', // no request to Cloudflare for `Request.cf`
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_LOG_PATH: join(root, '.mentora', 'logs', 'wrangler'),
        NO_COLOR: '1',
      },
      onLine: (line) => {
        if (verbose || /\[ERROR\]/.test(line)) console.error(line);
      },
    },
  );
  services.push(service);
  await service.before(answers(`http://127.0.0.1:${port}/api/health`), READY_MS, 'The Worker did not answer /api/health');
  return service;
}

async function answers(url) {
  for (;;) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
      // Degraded is an answer too: /api/health tells which part is missing.
      if (typeof (await answer.json()).status === 'string') return;
    } catch {
      // Not listening yet.
    }
    await sleep(POLL_MS);
  }
}
