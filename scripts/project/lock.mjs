// A lock between processes: a file that its holder keeps touching. A holder that died stops touching it.
import { mkdirSync, readFileSync, rmSync, rmdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TOUCH_MS = 5_000;
const STALE_MS = 30_000;
const POLL_MS = 250;

/** The process that holds the lock `folder/name.lock` and what it says about itself, or null. */
export function holderOf(folder, name) {
  const path = join(folder, `${name}.lock`);
  try {
    return isStale(path) ? null : JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Runs `work` while holding the lock `folder/name.lock`; waits for another holder, and says so once.
 *
 * @template T
 * @param {string} folder
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {object} [about] what others are to know of the holder
 * @returns {Promise<T>}
 */
export async function locked(folder, name, work, about) {
  const path = join(folder, `${name}.lock`);
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!take(path, about)) {
    if (dropStale(path)) continue;
    if (!told) console.error(`· Waiting: another Mentora command is busy with ${name} (lock file ${path}) …`);
    told = true;
    await sleep(POLL_MS);
  }
  const touch = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch {
      // Somebody deleted the lock file by hand. The work goes on; there is nothing better to do.
    }
  }, TOUCH_MS);
  touch.unref(); // a lock is no reason to go on running
  const release = () => {
    clearInterval(touch);
    rmSync(path, { force: true });
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(path, about) {
  try {
    writeFileSync(path, JSON.stringify({ ...about, pid: process.pid, host: hostname() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

// Two waiters must not both remove: the second would remove the first one's new lock. `mkdir` lets one through.
function dropStale(path) {
  if (!isStale(path)) return false;
  const guard = `${path}.breaking`;
  try {
    mkdirSync(guard);
  } catch {
    if (Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > STALE_MS) rmSync(guard, { recursive: true, force: true });
    return false;
  }
  try {
    if (isStale(path)) rmSync(path, { force: true });
    return true;
  } finally {
    rmdirSync(guard);
  }
}

function isStale(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return false;
  if (Date.now() - stat.mtimeMs > STALE_MS) return true;
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8'));
    // A process id means something on its own host only; elsewhere the time decides.
    return holder.host === hostname() && !isAlive(holder.pid);
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
