// A compiler with the standard library for wasm32: the active toolchain if it has it, else `rustup target add`, else
// Debian's packages.
import { spawnSync } from 'node:child_process';
import { Failure } from '../console/failure.mjs';
import { step } from '../console/step.mjs';
import { root } from '../project/paths.mjs';
import { debianRust, isDebian, preparedDebianRust } from './debian-rust.mjs';
import { WASM, rust } from './rust.mjs';

/**
 * How to call the compiler for wasm32.
 *
 * @returns {Promise<{ name: string, programs: string | null }>} `name` changes when the compiler changes; `programs` is
 *   a folder with `rustc`, `rustdoc` and `cargo` to put first on the PATH, or null: those on the PATH already do it
 */
export async function wasmTarget() {
  const native = rust();
  if (native.hasWasm) return { name: `rustc ${native.version}`, programs: null };

  const prepared = preparedDebianRust(native);
  if (prepared) return prepared;

  const refusal = await viaRustup();
  if (!refusal) return { name: `rustc ${native.version}`, programs: null };

  if (isDebian()) return debianRust(native);

  throw new Failure(`Rust's standard library for ${WASM} is missing. ${refusal}`, {
    todo: `run \`rustup target add ${WASM}\` where rustup may download, or install your system's package for it (Fedora: rust-std-static-${WASM}; Arch: rust-wasm), then run the command again.`,
  });
}

/** Adds the target with rustup. Resolves to null when it is there, else to the reason why not. */
async function viaRustup() {
  if (process.env.RUSTUP_AUTO_INSTALL === '0') return 'RUSTUP_AUTO_INSTALL=0 forbids rustup to download it.';
  if (spawnSync('rustup', ['--version']).error) return 'rustup is not installed.';
  try {
    await step(`Rust's standard library for ${WASM}`, (run) => run('rustup', ['target', 'add', WASM], { cwd: root }));
  } catch (error) {
    return `rustup could not add it: ${(error.detail ?? error.message).trim().split('\n').at(-1)}`;
  }
  return rust().hasWasm ? null : 'rustup ended well, but it is still not there.';
}
