// The environment in which worker-build works: our tools first, and nothing that it would have to download.
import { delimiter, dirname, join } from 'node:path';
import { npmProgram, root } from '../project/paths.mjs';

/** @param {import('../setup.mjs').Tools} tools */
export function wasmEnvironment({ compiler, wasmBindgen, workerBuild, node }) {
  const first = [compiler.programs, dirname(node), dirname(workerBuild), dirname(wasmBindgen)].filter(Boolean);
  const environment = {
    ...process.env,
    PATH: [...first, process.env.PATH].join(delimiter),
    // Two compilers in one target folder would rebuild each other's build scripts and macros for ever.
    CARGO_TARGET_DIR: join(root, 'target', 'wasm'),
    WASM_BINDGEN_BIN: wasmBindgen,
    WASM_OPT_BIN: npmProgram('wasm-opt'),
    ESBUILD_BIN: npmProgram('esbuild'),
  };
  // Either would send cargo to another compiler than the one that has wasm32.
  if (compiler.programs) for (const name of ['RUSTC', 'CARGO', 'RUSTUP_TOOLCHAIN', 'RUSTC_WRAPPER']) delete environment[name];
  return environment;
}
