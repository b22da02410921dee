// `npm start`: the whole of Mentora on this machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSim } from './build/sim.mjs';
import { buildWeb } from './build/web.mjs';
import { buildWorker } from './build/worker.mjs';
import { Failure, command } from './console/failure.mjs';
import { flags } from './console/flags.mjs';
import { holderOf, locked } from './project/lock.mjs';
import { state } from './project/paths.mjs';
import { setUp } from './setup.mjs';
import { banner } from './start/banner.mjs';
import { startClock } from './start/clock.mjs';
import { portToServe } from './start/ports.mjs';
import { seed } from './start/seed.mjs';
import { keptSecret, localSettings, newSecret, newWebhookSecret, withOfflineServices, writeSettings } from './start/settings.mjs';
import { startSim } from './start/sim.mjs';
import { startWorker } from './start/worker.mjs';
import { documentsOf } from './store/address.mjs';

const DEFAULT_PORT = 8787;
const PARENT_POLL_MS = 500;
const HELP = `
npm start [-- flags]: builds what is stale and starts Mentora on http://127.0.0.1:${DEFAULT_PORT}.

  --no-seed      do not make the demo course
  --ephemeral    begin with no documents, and throw them away at the end
  --verbose      show the Worker's whole log (it is always in .mentora/logs/worker.log)

  PORT=8080                          another port; 0 takes any free one
  GEMINI_API_KEY=…                   talk to Gemini instead of the offline tutor
  FIRESTORE_EMULATOR_HOST=host:port  keep documents in the Firestore emulator
Settings can also stand in .dev.vars; .dev.vars.example lists them all.`;

await command(async () => {
  const { 'no-seed': noSeed, ephemeral, verbose } = flags(
    { 'no-seed': { type: 'boolean' }, ephemeral: { type: 'boolean' }, verbose: { type: 'boolean' } },
    HELP,
  );
  const other = ephemeral ? null : holderOf(state, 'start');
  if (other) {
    throw new Failure(`Mentora already runs from this folder (process ${other.pid}), and two cannot share one set of documents.`, {
      todo: 'use that one, stop it with Ctrl-C, or start a second with documents of its own: `npm start -- --ephemeral`.',
    });
  }
  const port = await portToServe(process.env.PORT, DEFAULT_PORT);
  if (ephemeral) {
    const home = mkdtempSync(join(tmpdir(), 'mentora-'));
    process.once('exit', () => rmSync(home, { recursive: true, force: true }));
    return serve({ port, home, secret: newSecret(), ephemeral, noSeed, verbose });
  }
  const documents = documentsOf(`http://127.0.0.1:${port}`, localSettings({ secret: '' })); // for `npm run store`
  return locked(state, 'start', () => serve({ port, home: state, secret: keptSecret(), ephemeral, noSeed, verbose }), { documents });
});

/** Serves until told to stop, or until something it needs ends. */
async function serve({ port, home, secret, ephemeral, noSeed, verbose }) {
  const services = [];
  let stopClock = () => {};
  const stopped = untilStopped();
  process.once('exit', () => services.forEach((service) => service.kill()));
  try {
    const tools = await Promise.race([prepare(), stopped]);
    if (!tools) return 0;

    const url = `http://127.0.0.1:${port}`;
    const own = { APP_URL: url, ...localSettings({ secret }) };
    const signedWith = own.STRIPE_WEBHOOK_SECRET?.split(',')[0].trim() || newWebhookSecret();
    const webhook = { url: `${url}/api/webhooks/stripe`, secret: signedWith };
    const { url: sim, account } = await startSim(tools.sim, services, webhook);
    const settings = withOfflineServices(own, sim, account, signedWith);
    const file = join(home, 'settings.env');
    writeSettings(file, settings);
    const documents = join(home, 'state');
    const worker = await Promise.race([startWorker({ tools, port, settings: file, documents, verbose }, services), stopped]);
    if (!worker) return 0;
    stopClock = startClock(url);

    const demo = noSeed ? null : await seed(url);
    banner({ url, settings, sim, documents, ephemeral, demo, log: worker.log });

    const end = await Promise.race([stopped, ...services.map((service) => service.died)]);
    if (end instanceof Failure) throw end;
    return 0;
  } finally {
    stopClock();
    await Promise.all(services.map((service) => service.stop()));
  }
}

async function prepare() {
  const tools = await setUp();
  await buildWorker({ tools });
  await buildWeb();
  return { ...tools, sim: await buildSim() };
}

/** Resolves to null on Ctrl-C, on a request to end, and when npm has gone. A second Ctrl-C ends at once. */
function untilStopped() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.removeAllListeners(signal); // this command has something to put in order first
      process.once(signal, () => {
        console.error('\nStopping …');
        process.once(signal, () => process.exit(1));
        resolve(null);
      });
    }
    // An npm that was killed cannot pass a signal on. Who starts this file without npm may well leave it alone.
    const parent = process.ppid;
    if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && resolve(null), PARENT_POLL_MS).unref();
  });
}
