// A program from the crate registry, in exactly one version, in a cache folder of its own.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { step } from '../console/step.mjs';
import { locked } from '../project/lock.mjs';
import { cache } from '../project/paths.mjs';

/**
 * Path of the program, which is built first if this version is not in the cache.
 *
 * @param {string} crate its name in the crate registry
 * @param {string} version exact
 * @param {string} program the one binary that is wanted
 */
export async function cargoTool(crate, version, program) {
  const home = join(cache, `${crate}-${version}`);
  const path = join(home, 'bin', program);
  if (existsSync(path)) return path;

  await locked(cache, 'tools', async () => {
    if (existsSync(path)) return; // another command built it while this one waited
    await step(`${crate} ${version} (built once)`, async (run) => {
      const unfinished = `${home}.unfinished`;
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished, { recursive: true });
      // A debug build without debug information: half the time of a release build, and the tool is not hot.
      await run('cargo', ['install', crate, '--version', `=${version}`, '--locked', '--debug', '--bin', program, '--root', unfinished, '--no-track'], {
        env: {
          ...process.env,
          CARGO_PROFILE_DEV_DEBUG: '0',
          CARGO_INCREMENTAL: '0',
          // The tools share half of their dependencies: one target folder builds those once.
          CARGO_TARGET_DIR: join(cache, 'cargo-tools-target'),
        },
        happened: `cargo could not build ${crate} ${version}.`,
        todo: 'check the network and the lines above; a C compiler (`cc`) and Rust 1.91 or newer are needed. Then run the command again: what is done stays done.',
      });
      rmSync(home, { recursive: true, force: true });
      renameSync(unfinished, home);
    });
  });
  return path;
}

/** Frees what the builds of the tools left behind. Call when all tools are there. */
export async function discardToolBuilds() {
  const leftover = join(cache, 'cargo-tools-target');
  if (!existsSync(leftover)) return;
  // Another checkout may be building another version in there right now.
  await locked(cache, 'tools', async () => rmSync(leftover, { recursive: true, force: true }));
}
