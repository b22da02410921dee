// The Rust that builds native code here: rustup's active toolchain, or whatever `rustc` is on the PATH.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../console/failure.mjs';
import { root } from '../project/paths.mjs';
import { isAtLeast, oldestRustc } from '../project/versions.mjs';

export const WASM = 'wasm32-unknown-unknown';

/** @returns {{ version: string, host: string, sysroot: string, cargo: string, hasWasm: boolean }} */
export function rust() {
  const verbose = ask('-vV');
  const sysroot = ask('--print', 'sysroot').trim();
  const version = /^release: (\S+)/m.exec(verbose)?.[1] ?? '0';
  const host = /^host: (\S+)/m.exec(verbose)?.[1] ?? '';
  if (!isAtLeast(version, oldestRustc())) {
    throw new Failure(`Rust ${oldestRustc().join('.')} or newer is needed; this is ${version}.`, { todo: 'run `rustup update stable`.' });
  }
  const cargo = join(sysroot, 'bin', 'cargo');
  return { version, host, sysroot, cargo: existsSync(cargo) ? cargo : 'cargo', hasWasm: hasWasmStd(sysroot) };
}

function ask(...args) {
  const said = spawnSync('rustc', args, { cwd: root, encoding: 'utf8' });
  if (!said.error && said.status === 0) return said.stdout;
  throw new Failure('Rust is not installed, or `rustc` does not run.', {
    detail: said.stderr,
    todo: 'install Rust with rustup (https://rustup.rs), open a fresh shell, and run the command again.',
  });
}

/** Whether a sysroot holds the standard library for wasm32. The folder alone proves nothing: it may be empty. */
export function hasWasmStd(sysroot) {
  const folder = join(sysroot, 'lib', 'rustlib', WASM, 'lib');
  return existsSync(folder) && readdirSync(folder).some((name) => /^libstd-.*\.rlib$/.test(name));
}
