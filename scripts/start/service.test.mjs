import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupRuns } from './process-group.mjs';
import { Service } from './service.mjs';

test('a service that is stopped takes its grandchildren along, also those that ignore SIGTERM', async () => {
  const service = new Service('test-service', 'sh', ['-c', `echo group $$; sh -c 'trap "" TERM; while :; do sleep 1; done' & wait`]);
  const group = Number((await service.line(/^group (\d+)/, 5_000))[1]);
  assert.ok(groupRuns(group));
  await service.stop();
  await sleep(200);
  assert.ok(!groupRuns(group));
});

test('a service that obeys is not waited for longer than it takes', async () => {
  const service = new Service('test-service', 'sh', ['-c', 'echo ready; sleep 60 & sleep 60']);
  await service.line(/ready/, 5_000);
  const before = Date.now();
  await service.stop();
  assert.ok(Date.now() - before < 2_000);
});

test('a service that ends by itself is noticed, with its last words', async () => {
  const service = new Service('test-service', 'sh', ['-c', 'echo no more coffee; exit 3']);
  const failure = await service.died;
  assert.match(failure.message, /ended by itself with exit code 3/);
  assert.match(failure.detail, /no more coffee/);
});

test('waiting for a line ends when the service does', async () => {
  const service = new Service('test-service', 'sh', ['-c', 'exit 1']);
  await assert.rejects(service.line(/never/, 5_000), /ended by itself/);
});

test('waiting for a line ends when the time is over', async (t) => {
  const service = new Service('test-service', 'sleep', ['30']);
  t.after(() => service.stop());
  await assert.rejects(service.line(/never/, 100), /within 0.1 s/);
});

test('a program that is not there is noticed', async () => {
  const service = new Service('test-service', 'mentora-no-such-program', []);
  assert.match((await service.died).message, /could not be started/);
});
