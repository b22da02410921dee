// The versions that Cargo.lock and Cargo.toml have decided.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../console/failure.mjs';
import { root } from './paths.mjs';

/** Version of a crate in Cargo.lock. */
export function lockedVersion(crate) {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8');
  const found = [...lock.matchAll(/^name = "(.+)"\nversion = "(.+)"$/gm)].filter(([, name]) => name === crate);
  if (found.length === 1) return found[0][2];
  throw new Failure(`Cargo.lock names ${found.length} versions of the crate \`${crate}\`; exactly one is needed.`, {
    todo: 'restore Cargo.lock from git, or run `cargo update` for that crate.',
  });
}

/** The oldest rustc the workspace accepts, as [major, minor]. */
export function oldestRustc() {
  const [, major, minor] = /^rust-version = "(\d+)\.(\d+)/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8')) ?? [0, 1, 0];
  return [Number(major), Number(minor)];
}

/** Whether `version` ("1.96.0+dfsg1") is at least [major, minor]. */
export function isAtLeast(version, [major, minor]) {
  const [a = 0, b = 0] = version.replace(/^\d+:/, '').split(/[.+~-]/).map(Number);
  return a > major || (a === major && b >= minor);
}
