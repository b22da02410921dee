// Where things are: the repository, its own state folder, and the tool cache that checkouts share.
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What cargo builds. */
export const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

/** State of this checkout: stamps, logs, local documents, local secrets. Safe to delete. */
export const state = join(root, '.mentora');

/** One log file per step. */
export const logs = join(state, 'logs');

/** Tools that every checkout of this machine can use, one folder per version. Safe to delete. */
export const cache = resolve(process.env.MENTORA_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mentora'));

/** A program that npm installed. */
export const npmProgram = (name) => join(root, 'node_modules', '.bin', name);
