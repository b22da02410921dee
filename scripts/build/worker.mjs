// The Worker: Rust to wasm, with the JavaScript around it, in build/.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { step } from '../console/step.mjs';
import { locked } from '../project/lock.mjs';
import { root, state } from '../project/paths.mjs';
import { fingerprint, forget, fresh, stamp } from '../project/stamp.mjs';
import { lockedVersion } from '../project/versions.mjs';
import { setUp } from '../setup.mjs';
import { wasmEnvironment } from './wasm-environment.mjs';

const SOURCES = ['src', 'durable', 'crates', 'prompts', 'build.rs', 'Cargo.toml', 'Cargo.lock'];
const OUTPUTS = ['build/index.js', 'build/index_bg.wasm'];

// Native only: what is in there never reaches the Worker.
const NATIVE = /^crates\/(sim\b|.*\/(tests|benches|examples)$)/;

/**
 * Builds the Worker if its sources have changed.
 *
 * @param {{ force?: boolean, tools?: import('../setup.mjs').Tools }} [options] `tools` if the set-up was just made
 */
export async function buildWorker({ force = false, tools } = {}) {
  // Asked by `wrangler dev` on every change of a file: answer from the stamp, without looking at any tool.
  if (!force && fresh('worker', print(), OUTPUTS)) return;
  tools ??= await setUp();
  await locked(state, 'build', async () => {
    const before = print();
    if (!force && fresh('worker', before, OUTPUTS)) return; // built by another command, while this one waited
    forget('worker');
    await step('Worker (Rust to wasm)', (run) => build(run, tools));
    stamp('worker', before);
  });
}

async function build(run, tools) {
  await run(tools.workerBuild, ['--release'], {
    cwd: root,
    env: wasmEnvironment(tools),
    happened: 'The Worker does not build.',
    todo: 'correct what the lines above show. If it looks like the tools rather than the code, delete target/wasm and build again.',
  });
  // An earlier layout of worker-build; wrangler would bundle it along.
  rmSync(join(root, 'build', 'worker'), { recursive: true, force: true });
}

const print = () =>
  fingerprint(SOURCES, {
    extra: `worker-build ${lockedVersion('worker')}, wasm-bindgen ${lockedVersion('wasm-bindgen')}`,
    skip: (path) => NATIVE.test(path),
  });
