// The Worker: Rust to wasm, with the JavaScript around it, in build/.
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

// Never compiled into the Worker: what is native only, and the JavaScript that wrangler puts around it.
const ELSEWHERE = /^crates\/(sim\b|.*\/(tests|benches|examples)$)|^src\/[^/]*\.m?js$/;

/**
 * Builds the Worker if its sources have changed.
 *
 * @param {{ optimize?: boolean, force?: boolean, tools?: import('../setup.mjs').Tools }} [options] `optimize`: for size, with
 *   wasm-opt, which is most of a rebuild's time, so only for what is deployed; `tools` if the set-up was just made
 */
export async function buildWorker({ optimize = false, force = false, tools } = {}) {
  const isFresh = () => !force && fresh('worker', print(), OUTPUTS) && (!optimize || fresh(OPTIMIZED, print()));
  // Asked by `wrangler dev` on every change of a file: answer from the stamp, without looking at any tool.
  if (isFresh()) return;
  tools ??= await setUp();
  await locked(state, 'build', async () => {
    if (isFresh()) return; // built by another command, while this one waited
    const built = print(); // before the build: what is edited meanwhile is stale afterwards
    forget('worker');
    forget(OPTIMIZED);
    await step('Worker (Rust to wasm)', (run) => build(run, tools, optimize));
    stamp('worker', built);
    if (optimize) stamp(OPTIMIZED, built);
  });
}

const OPTIMIZED = 'worker-optimized';

// What is deployed is small and quick to start; what is tried on this machine is quick to build. Only the compiler's
// effort differs.
const QUICK = { CARGO_PROFILE_RELEASE_LTO: 'off', CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16', CARGO_PROFILE_RELEASE_OPT_LEVEL: '1' };
const THOROUGH = { CARGO_TARGET_DIR: join(root, 'target', 'wasm-optimized') }; // apart, or each would undo the other's work

const build = (run, tools, optimize) =>
  run(tools.workerBuild, ['--release', ...(optimize ? [] : ['--no-opt'])], {
    cwd: root,
    env: { ...wasmEnvironment(tools), ...(optimize ? THOROUGH : QUICK) },
    happened: 'The Worker does not build.',
    todo: 'correct what the lines above show. If it looks like the tools rather than the code, delete target/wasm and build again.',
  });

const print = () =>
  fingerprint(SOURCES, {
    extra: `worker-build ${lockedVersion('worker')}, wasm-bindgen ${lockedVersion('wasm-bindgen')}`,
    skip: (path) => ELSEWHERE.test(path),
  });
