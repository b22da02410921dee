// `npm test`: every test there is, one suite after the other, and one line of numbers at the end.
import { join } from 'node:path';
import { buildSigner } from './build/signer.mjs';
import { buildSim } from './build/sim.mjs';
import { buildWeb } from './build/web.mjs';
import { buildWorker } from './build/worker.mjs';
import { Failure, command, report } from './console/failure.mjs';
import { flags } from './console/flags.mjs';
import { seconds, step } from './console/step.mjs';
import { root } from './project/paths.mjs';
import { setUp } from './setup.mjs';
import { installHint, systemPackages } from './setup/system-packages.mjs';
import { counts, sum } from './test/counts.mjs';
import { suites } from './test/suites.mjs';

const SHOWN_LINES = 80;
// Nobody watches CI. On a terminal there is one line to watch, so there it is one thing after the other.
const inParallel = process.env.CI === 'true';
const HELP = `
npm test [-- flags]: builds what is stale and runs every test.

  --only NAME   only this suite; may be given several times
  --list        the suites
  --install     as root on Debian: install chromium, espeak-ng, sox and Java where they are missing (CI=true does so too)

In CI (CI=true) a suite that cannot run is a failure; elsewhere it is skipped and says why.`;

// Lets a step end as failed, and keeps the numbers.
class FailedTests extends Error {
  constructor(result) {
    super('tests failed');
    this.result = result;
  }
}

await command(async () => {
  const { only, list, install } = flags({ only: { type: 'string', multiple: true }, list: { type: 'boolean' }, install: { type: 'boolean' } }, HELP);
  if (list) {
    for (const { name, about } of suites) console.log(`${name.padEnd(8)} ${about}`);
    return 0;
  }
  const chosen = choose(only);
  const env = await prepare(chosen);
  const results = await inLanes(chosen, async (suite) => {
    const ready = await (suite.built ? env.built : env.plain);
    return timed(() => attempt(suite, ready, install));
  });
  return conclude(chosen.map((suite) => ({ suite, ...results.get(suite) })));
});

/**
 * Runs what has nothing to do with cargo beside the rest: cargo would make one wait for the other, and a processor that
 * compiles leaves enough of itself for them.
 */
async function inLanes(chosen, work) {
  const results = new Map();
  const lane = async (list) => {
    for (const suite of list) results.set(suite, await work(suite));
  };
  const beside = inParallel ? chosen.filter((suite) => suite.beside) : [];
  await Promise.all([lane(chosen.filter((suite) => !beside.includes(suite))), lane(beside)]);
  return results;
}

function choose(only) {
  const unknown = only?.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown) throw new Failure(`There is no suite \`${unknown}\`.`, { todo: `choose from: ${suites.map(({ name }) => name).join(', ')}.` });
  return suites.filter(({ name }) => !only || only.includes(name));
}

/**
 * Set-up and builds. What the suites find in their environment: those that want what is built, when it is. Meanwhile the
 * others run, once cargo has made the sim: the Worker is built elsewhere, and links for long on one processor.
 */
async function prepare(chosen) {
  const tools = await setUp();
  const env = { ...process.env, MENTORA_NODE: tools.node, MENTORA_WRANGLER: join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js') };
  if (!chosen.some(({ built }) => built)) return { plain: env };
  const worker = async () => {
    await buildWorker({ tools });
    await buildWeb();
  };
  const building = worker();
  building.catch(() => {}); // Whoever waits for it hears of it.
  if (!inParallel) await building;
  const native = { MENTORA_SIM: await buildSim() };
  if (chosen.some(({ name }) => name === 'sdk')) native.MENTORA_SIGN_UPLOAD = await buildSigner();
  return { plain: env, built: building.then(() => ({ ...env, ...native })) };
}

async function attempt(suite, env, install) {
  const why = suite.absent?.();
  if (why) return unable(suite, why);
  const absent = await systemPackages(suite.needs ?? [], install);
  if (absent.length > 0) return unable(suite, `${absent.join(', ')} not installed (\`${installHint(absent)}\`)`);
  return run(suite, env);
}

// Nobody looks at a skipped test in CI, so that there it must not exist.
function unable(suite, why) {
  const reason = `${suite.name}: ${why}`;
  if (process.env.CI !== 'true') return counts(0, 0, 1, [reason]);
  console.error(`✗ ${reason}`);
  return counts(0, 1);
}

async function run(suite, env) {
  let output = '';
  try {
    return await step(`test ${suite.name}`, async (start) => {
      const remembered = async (program, args, options) => {
        const result = await start(program, args, options);
        output += result.output;
        return result;
      };
      const result = await suite.test(remembered, env);
      if (result.failed > 0) throw new FailedTests(result);
      if (result.passed + result.skipped === 0) throw new Failure(`The suite \`${suite.name}\` ended well but ran no test.`, { todo: 'see its log in .mentora/logs.' });
      return result;
    });
  } catch (error) {
    if (!(error instanceof FailedTests)) {
      report(error);
      return counts(0, 1);
    }
    console.error(output.trimEnd().split('\n').slice(-SHOWN_LINES).map((line) => `  │ ${line}`).join('\n'));
    console.error(`  The whole output: .mentora/logs/test-${suite.name}.log. Again, only this: npm test -- --only ${suite.name}`);
    return error.result;
  }
}

async function timed(work) {
  const started = Date.now();
  return { result: await work(), ms: Date.now() - started };
}

function conclude(results) {
  console.log(`\n${'suite'.padEnd(9)} passed  failed  skipped      time`);
  for (const { suite, result, ms } of results) {
    const numbers = [String(result.passed).padStart(6), String(result.failed).padStart(7), String(result.skipped).padStart(8), seconds(ms).padStart(9)];
    console.log(`${suite.name.padEnd(9)} ${numbers.join(' ')}`);
  }
  const all = sum(results.map(({ result }) => result));
  if (all.reasons.length > 0) console.log(`\nSkipped:\n${all.reasons.map((why) => `  ${why}`).join('\n')}`);
  console.log(`\n${all.passed} passed, ${all.failed} failed, ${all.skipped} skipped`);
  return all.failed > 0 ? 1 : 0;
}
