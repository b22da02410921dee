// `npm run build`: builds what is stale. Also wrangler's [build] command, with `--worker`.
import { buildSim } from './build/sim.mjs';
import { buildWeb } from './build/web.mjs';
import { buildWorker } from './build/worker.mjs';
import { command } from './console/failure.mjs';
import { flags } from './console/flags.mjs';
import { setUp } from './setup.mjs';

const HELP = `
npm run build [-- flags]: builds what is stale.

  --worker   only the Worker (build/)
  --web      only the web app (apps/mentora/build/)
  --sim      only mentora-sim, the offline services (target/debug/)
  --force    also what is not stale

  MENTORA_OPTIMIZE=1   run wasm-opt too, as \`npm run deploy\` does`;

await command(async () => {
  const wanted = flags({ worker: { type: 'boolean' }, web: { type: 'boolean' }, sim: { type: 'boolean' }, force: { type: 'boolean' } }, HELP);
  const all = !wanted.worker && !wanted.web && !wanted.sim;
  const tools = all || wanted.web ? await setUp() : undefined;
  if (all || wanted.worker) await buildWorker({ force: wanted.force, optimize: process.env.MENTORA_OPTIMIZE === '1', tools });
  if (all || wanted.web) await buildWeb({ force: wanted.force });
  if (all || wanted.sim) await buildSim();
});
