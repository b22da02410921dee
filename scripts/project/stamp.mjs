// Stamps: what was built from which content, so that nothing is done twice.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root, state } from './paths.mjs';

const SKIPPED = new Set(['node_modules', 'target', 'build', 'dist', '.svelte-kit', '.git']);

/**
 * Hash of the names and contents of files and folders (relative to the repository). Contents, not times: a fresh
 * checkout or a switched branch must not look changed. What is missing counts as missing, not as an error.
 *
 * @param {string[]} paths
 * @param {{ extra?: string, skip?: (path: string) => boolean }} [options] `extra`: versions and settings that matter too
 */
export function fingerprint(paths, { extra = '', skip = () => false } = {}) {
  const hash = createHash('sha256').update(extra);
  const visit = (path) => {
    if (skip(relative(root, path))) return;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort()) if (!SKIPPED.has(name)) visit(join(path, name));
    } else {
      hash.update(`\0${relative(root, path)}\0`).update(readFileSync(path));
    }
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest('hex');
}

const file = (name) => join(state, 'stamps', name);

/** Whether `name` was last done with this fingerprint and all its outputs are still there. */
export function fresh(name, print, outputs = []) {
  try {
    return readFileSync(file(name), 'utf8') === print && outputs.every((path) => existsSync(join(root, path)));
  } catch {
    return false;
  }
}

/** Remembers that `name` was done with this fingerprint. */
export function stamp(name, print) {
  mkdirSync(dirname(file(name)), { recursive: true });
  writeFileSync(file(name), print);
}

/** Forgets `name`: it is done again next time, also when what follows is interrupted. */
export function forget(name) {
  rmSync(file(name), { force: true });
}
