// `npm run bench`: figures, side by side with what Mentora stands beside.
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { buildWorker } from './build/worker.mjs';
import { Failure, command } from './console/failure.mjs';
import { step } from './console/step.mjs';
import { root, target } from './project/paths.mjs';
import { setUp } from './setup.mjs';
import { startWorker } from '../tests/documents/worker.mjs';

const HELP = `
npm run bench -- documents [flags]: the embedded document store (in workerd, and in a native process) and Google's
Firestore emulator, asked in turns: calls per second, median and 99th percentile. Takes about three minutes.

  --optimized    build the Worker as it is deployed; without it, as \`npm start\` builds it
  further flags  go to the program that measures: \`npm run bench -- documents --help\``;

await command(async () => {
  const [part, ...rest] = process.argv.slice(2);
  if (part === undefined || part === '--help' || part === '-h') {
    console.log(HELP.trim());
    return 0;
  }
  if (part !== 'documents') {
    throw new Failure(`There is nothing called "${part}" to measure.`, { todo: 'measure the document store: `npm run bench -- documents`.' });
  }
  const optimize = rest.includes('--optimized');
  const wanted = rest.filter((flag) => flag !== '--optimized');
  await step('mentora-bench', (run) =>
    run('cargo', ['build', '--profile', 'measured', '-p', 'mentora-bench'], { cwd: root, happened: 'mentora-bench does not build.', todo: 'correct what the lines above show.' }),
  );
  const program = join(target, 'measured', 'mentora-bench');
  if (wanted.includes('--help') || wanted.includes('-h')) return measure(program, wanted);

  const tools = await setUp();
  await buildWorker({ tools, optimize });
  const worker = await startWorker();
  try {
    return measure(program, [...wanted, '--worker', `http://${worker.host}`]);
  } finally {
    await worker.stop();
  }
});

function measure(program, flags) {
  // Tests start the emulator with a compiler that starts quickly; where speed is compared, it may optimise itself.
  const env = { JDK_JAVA_OPTIONS: '', ...process.env };
  const { status, error } = spawnSync(program, ['documents', ...flags], { stdio: 'inherit', env });
  if (error) throw new Failure(`${program} does not run: ${error.message}`);
  return status ?? 1;
}
