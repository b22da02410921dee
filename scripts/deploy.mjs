// `npm run deploy`: the checks that can be made here, a fresh build, then `wrangler deploy`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildWeb } from './build/web.mjs';
import { buildWorker } from './build/worker.mjs';
import { wasmEnvironment } from './build/wasm-environment.mjs';
import { Failure, command } from './console/failure.mjs';
import { flags } from './console/flags.mjs';
import { root, state } from './project/paths.mjs';
import { setUp } from './setup.mjs';

const HELP = `
npm run deploy [-- flags]: builds everything and deploys it to Cloudflare.

  --dry-run      everything but the upload; needs no account and no network
  --allow-dirty  deploy although there are changes that are not committed`;

await command(async () => {
  const { 'dry-run': dryRun, 'allow-dirty': allowDirty } = flags({ 'dry-run': { type: 'boolean' }, 'allow-dirty': { type: 'boolean' } }, HELP);
  if (!dryRun && !allowDirty) refuseUncommitted();
  const tools = await setUp();
  // The build stamps the commit into the Worker: what was built for another commit is not good enough.
  await buildWorker({ tools, optimize: true, force: !dryRun });
  await buildWeb({ force: !dryRun });
  return deploy(tools, dryRun);
});

function refuseUncommitted() {
  const changed = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).stdout?.trim();
  if (!changed) return;
  throw new Failure('There are changes that are not committed, so nobody could tell later what was deployed.', {
    detail: changed.split('\n').slice(0, 10).join('\n'),
    todo: 'commit them, or deploy all the same with `npm run deploy -- --allow-dirty`.',
  });
}

function deploy(tools, dryRun) {
  const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
  const args = [wrangler, 'deploy', ...(dryRun ? ['--dry-run', '--outdir', join(state, 'deploy')] : [])];
  // wrangler asks for the build once more: should a source have changed meanwhile, it is optimised again.
  const env = { ...wasmEnvironment(tools), WRANGLER_SEND_METRICS: 'false', MENTORA_OPTIMIZE: '1' };
  const ended = spawnSync(tools.node, args, { cwd: root, stdio: 'inherit', env });
  if (ended.status === 0) return;
  throw new Failure('wrangler did not deploy.', {
    todo: 'see its lines above. Not signed in? Set CLOUDFLARE_API_TOKEN, or run `npx wrangler login`.',
  });
}
