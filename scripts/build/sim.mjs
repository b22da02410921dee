// mentora-sim: the native stand-in for the outside world.
import { join } from 'node:path';
import { step } from '../console/step.mjs';
import { root, target } from '../project/paths.mjs';
import { fingerprint, forget, fresh, stamp } from '../project/stamp.mjs';

const PROGRAM = join('target', 'debug', 'mentora-sim');

/** Builds mentora-sim if its sources have changed. Returns the path of the program. */
export async function buildSim() {
  const program = join(target, 'debug', 'mentora-sim');
  const outputs = process.env.CARGO_TARGET_DIR ? [] : [PROGRAM];
  const print = fingerprint(['crates', 'Cargo.toml', 'Cargo.lock'], { extra: program });
  if (fresh('sim', print, outputs)) return program;
  forget('sim');
  // Of the whole workspace, so that its libraries have the features with which the tests want them, and are built once.
  await step('mentora-sim (offline services)', (run) =>
    run('cargo', ['build', '--workspace', '--bin', 'mentora-sim'], { cwd: root, happened: 'mentora-sim does not build.', todo: 'correct what the lines above show.' }),
  );
  stamp('sim', print);
  return program;
}
