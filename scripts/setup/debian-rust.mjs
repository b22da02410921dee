// Where rustup must not or cannot download: the wasm32 standard library, built once from Debian's own packages.
//
// `rustc-web` is the compiler that Debian keeps current for its browsers, `rust-web-src` the matching source with its
// dependencies inside. Both are unpacked into the cache: nothing is installed in the system, no root is needed, and no
// toolchain is registered with rustup. The standard library must be built by the very compiler that will use it.
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync, copyFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { Failure } from '../console/failure.mjs';
import { step } from '../console/step.mjs';
import { locked } from '../project/lock.mjs';
import { cache } from '../project/paths.mjs';
import { isAtLeast, oldestRustc } from '../project/versions.mjs';
import { Apt } from './apt.mjs';
import { WASM, hasWasmStd } from './rust.mjs';

const PREFIX = 'debian-rust-';
const PACKAGES = ['rustc-web', 'rust-web-src'];

/** Whether this system has Debian's package tools. */
export function isDebian() {
  return process.platform === 'linux' && ['apt-get', 'apt-cache', 'dpkg-deb'].every((program) => !spawnSync(program, ['--version']).error);
}

/** The compiler prepared earlier, or null. Asks nobody: the folder's name is its version. */
export function preparedDebianRust(native) {
  if (!existsSync(cache)) return null;
  const complete = readdirSync(cache).filter((name) => name.startsWith(PREFIX) && !name.endsWith('.unfinished') && isUsable(join(cache, name)));
  const newest = complete.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  if (!newest) return null;
  const home = join(cache, newest);
  // cargo and the linker are borrowed from the native toolchain, which may have moved since.
  if (readFileSync(join(home, 'native'), 'utf8') !== native.sysroot) writePrograms(home, native);
  return { name: newest, programs: join(home, 'bin') };
}

/** Prepares the compiler. About two minutes on two cores, once per version of Debian's package. */
export function debianRust(native) {
  return locked(cache, 'debian-rust', async () => {
    const prepared = preparedDebianRust(native); // by another command, while this one waited
    if (prepared) return prepared;
    const { version, unfinished } = await step("Debian's Rust packages (downloaded and unpacked)", unpack);
    await step(`Rust's standard library for ${WASM} (built once)`, (run) => buildStd(run, native, unfinished));
    rmSync(join(cache, 'apt'), { recursive: true, force: true });
    const home = join(cache, `${PREFIX}${version}`);
    rmSync(home, { recursive: true, force: true });
    renameSync(unfinished, home);
    writePrograms(home, native);
    return { name: `${PREFIX}${version}`, programs: join(home, 'bin') };
  });
}

async function unpack(run) {
  const apt = new Apt(run, join(cache, 'apt'));
  const version = await apt.candidate(PACKAGES[0]);
  if (!version) {
    throw new Failure(`Neither rustup nor Debian's package \`${PACKAGES[0]}\` can give Rust's standard library for ${WASM} here.`, {
      todo: `run \`rustup target add ${WASM}\` where rustup may download, or add Debian's security archive to the apt sources, then run the command again.`,
    });
  }
  if (!isAtLeast(version, oldestRustc())) {
    throw new Failure(`Debian's package ${PACKAGES[0]} is ${version}; Rust ${oldestRustc().join('.')} or newer is needed.`, {
      todo: `run \`rustup target add ${WASM}\` where rustup may download, then run the command again.`,
    });
  }
  const unfinished = join(cache, `${PREFIX}${version}.unfinished`);
  rmSync(unfinished, { recursive: true, force: true });
  const archives = join(unfinished, 'archives');
  mkdirSync(archives, { recursive: true });
  await apt.download(PACKAGES, archives);
  for (const archive of readdirSync(archives)) await run('dpkg-deb', ['-x', join(archives, archive), unfinished]);
  rmSync(archives, { recursive: true });
  return { version, unfinished };
}

async function buildStd(run, native, home) {
  const sysroot = join(home, 'usr');
  const library = join(sysroot, 'lib', 'rustlib', 'src', 'rust', 'library');
  const crate = join(home, 'std');
  mkdirSync(join(crate, '.cargo'), { recursive: true });
  writeFileSync(join(crate, 'lib.rs'), '#![no_std]\n');
  writeFileSync(join(crate, 'Cargo.toml'), '[package]\nname = "stdbuild"\nversion = "0.0.0"\nedition = "2024"\n[lib]\npath = "lib.rs"\n[workspace]\n');
  // The source package brings std's dependencies along: the build needs no network.
  writeFileSync(
    join(crate, '.cargo', 'config.toml'),
    `[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "${join(library, 'vendor')}"\n`,
  );
  await run(native.cargo, ['build', '--release', '--offline', '--target', WASM, '-Zbuild-std=std,panic_abort'], {
    cwd: crate,
    env: {
      ...process.env,
      RUSTC: join(sysroot, 'bin', 'rustc'),
      LD_LIBRARY_PATH: libraryPath(home),
      RUSTC_BOOTSTRAP: '1', // -Z flags on a release compiler; only for this build
      RUSTFLAGS: '-Cembed-bitcode=yes', // cargo would say "no", and then `lto = true` fails in every user of this std
      CARGO_TARGET_DIR: join(crate, 'target'),
    },
    happened: `The standard library for ${WASM} could not be built from Debian's source.`,
    todo: `see the lines above. Another way: \`rustup target add ${WASM}\` where rustup may download.`,
  });
  const built = join(crate, 'target', WASM, 'release', 'deps');
  const target = join(sysroot, 'lib', 'rustlib', WASM, 'lib');
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(built)) {
    if (name.endsWith('.rlib') && !name.startsWith('libstdbuild-')) copyFileSync(join(built, name), join(target, name));
  }
  rmSync(crate, { recursive: true });
  rmSync(join(sysroot, 'src'), { recursive: true }); // half a gigabyte that nobody reads again
}

// The unpacked rustc finds its own sysroot, but not its shared libraries: hence wrappers. cargo is the native toolchain's
// own binary, because rustup's stand-in for it would put rustup's rustc back in front.
function writePrograms(home, native) {
  const programs = join(home, 'bin');
  rmSync(programs, { recursive: true, force: true });
  mkdirSync(programs, { recursive: true });
  for (const name of ['rustc', 'rustdoc']) {
    const path = join(programs, name);
    writeFileSync(path, `#!/bin/sh\nLD_LIBRARY_PATH='${libraryPath(home)}' exec '${join(home, 'usr', 'bin', name)}' "$@"\n`);
    chmodSync(path, 0o755);
  }
  if (native.cargo !== 'cargo') symlinkSync(native.cargo, join(programs, 'cargo'));
  // rust-lld loads its libLLVM from a path relative to itself: it must be reached by a link, not copied.
  const linker = join(home, 'usr', 'lib', 'rustlib', native.host, 'bin');
  rmSync(linker, { recursive: true, force: true });
  symlinkSync(join(native.sysroot, 'lib', 'rustlib', native.host, 'bin'), linker);
  writeFileSync(join(home, 'native'), native.sysroot);
}

function libraryPath(home) {
  const lib = join(home, 'usr', 'lib');
  const multiarch = readdirSync(lib).filter((name) => name.endsWith('-linux-gnu')).map((name) => join(lib, name));
  return [...multiarch, lib].join(delimiter);
}

const isUsable = (home) => existsSync(join(home, 'native')) && existsSync(join(home, 'usr', 'bin', 'rustc')) && hasWasmStd(join(home, 'usr'));
