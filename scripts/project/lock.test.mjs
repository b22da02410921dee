import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { holderOf, locked } from './lock.mjs';

function folder(t) {
  const home = mkdtempSync(join(tmpdir(), 'mentora-test-'));
  t.after(() => rmSync(home, { recursive: true }));
  return home;
}

const DEAD_PID = 2 ** 22 + 1; // above the largest process id of Linux

test('of several processes one at a time holds the lock', async (t) => {
  const home = folder(t);
  const script = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { locked } from ${JSON.stringify(new URL('./lock.mjs', import.meta.url).href)};
    await locked(${JSON.stringify(home)}, 'work', async () => {
      appendFileSync(${JSON.stringify(join(home, 'trace'))}, 'in ');
      await sleep(60);
      appendFileSync(${JSON.stringify(join(home, 'trace'))}, 'out ');
    });`;
  const ends = Array.from({ length: 5 }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    return new Promise((resolve) => child.once('exit', resolve));
  });
  assert.deepEqual(await Promise.all(ends), [0, 0, 0, 0, 0]);
  assert.equal(readFileSync(join(home, 'trace'), 'utf8'), 'in out '.repeat(5));
});

test('the lock of a process that died is taken over', async (t) => {
  const home = folder(t);
  writeFileSync(join(home, 'work.lock'), JSON.stringify({ pid: DEAD_PID, host: hostname() }));
  assert.equal(await locked(home, 'work', async () => 'done'), 'done');
});

test('the lock of another machine is taken over when nobody has touched it for long', async (t) => {
  const home = folder(t);
  const path = join(home, 'work.lock');
  writeFileSync(path, JSON.stringify({ pid: 1, host: 'another-machine' }));
  assert.deepEqual(holderOf(home, 'work'), { pid: 1, host: 'another-machine' });
  utimesSync(path, new Date(0), new Date(0));
  assert.equal(holderOf(home, 'work'), null);
  assert.equal(await locked(home, 'work', async () => 'done'), 'done');
});

test('who holds a lock can say something about itself', async (t) => {
  const home = folder(t);
  const seen = await locked(home, 'work', async () => holderOf(home, 'work'), { url: 'http://127.0.0.1:8787' });
  assert.deepEqual(seen, { url: 'http://127.0.0.1:8787', pid: process.pid, host: hostname() });
});

test('a failure gives the lock back', async (t) => {
  const home = folder(t);
  await assert.rejects(locked(home, 'work', async () => Promise.reject(new Error('no'))), /no/);
  assert.ok(!existsSync(join(home, 'work.lock')));
});
