// `npm run setup`, and the first part of every other command: what is missing is installed, what is there is left alone.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { command } from './console/failure.mjs';
import { flags } from './console/flags.mjs';
import { locked } from './project/lock.mjs';
import { state } from './project/paths.mjs';
import { discardToolBuilds } from './setup/cargo-tool.mjs';
import { modernNode } from './setup/node.mjs';
import { npmDependencies } from './setup/npm.mjs';
import { wasmBindgen } from './setup/wasm-bindgen.mjs';
import { wasmTarget } from './setup/wasm-target.mjs';
import { workerBuild } from './setup/worker-build.mjs';

/**
 * Everything the other commands need.
 *
 * @returns {Promise<Tools>}
 * @typedef {{ node: string, compiler: { name: string, programs: string | null }, workerBuild: string, wasmBindgen: string }} Tools
 */
export async function setUp() {
  await locked(state, 'npm', npmDependencies);
  const tools = { node: modernNode(), compiler: await wasmTarget(), wasmBindgen: await wasmBindgen(), workerBuild: await workerBuild() };
  await discardToolBuilds();
  return tools;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await command(async () => {
    flags({}, `
npm run setup: installs what Mentora's other commands need. They all do it by themselves first.

  npm dependencies          into node_modules
  a Node for wrangler       into node_modules
  wasm32 standard library   with rustup; where rustup must not download: built from Debian's packages
  worker-build              the version of the crate \`worker\` in Cargo.lock
  wasm-bindgen              the version in Cargo.lock

The tools go to $MENTORA_CACHE (default: ~/.cache/mentora), which all checkouts share. Logs: .mentora/logs.`);
    const started = Date.now();
    const { compiler } = await setUp();
    console.log(`Everything is there (${((Date.now() - started) / 1000).toFixed(1)} s). wasm32 compiler: ${compiler.name}.`);
  });
}
