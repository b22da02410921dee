import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mock, test } from 'node:test';
import { rings, startClock, triggers } from './clock.mjs';

test('the triggers of the Worker are lines that the clock can read', () => {
  const crons = triggers();
  assert.ok(crons.includes('* * * * *'), crons.join());
  for (const cron of crons) assert.match(cron, /^(\*(\/[1-9]\d*)?|\d+)( (\*(\/[1-9]\d*)?|\d+)){4}$/);
  assert.deepEqual(triggers('[triggers]\ncrons = ["1 2 * * *", "* * * * *"]\n'), ['1 2 * * *', '* * * * *']);
  assert.deepEqual(triggers('name = "mentora"'), []);
});

test('a line rings in its minute, in UTC, and in no other', () => {
  const night = new Date('2026-11-23T03:17:30Z');
  assert.equal(rings('17 3 * * *', night), true);
  assert.equal(rings('17 3 * * *', new Date('2026-11-23T03:18:00Z')), false);
  assert.equal(rings('17 3 * * *', new Date('2026-11-23T04:17:00Z')), false);
  assert.equal(rings('* * * * *', night), true);
  assert.equal(rings('17 3 23 11 1', night), true);
  assert.equal(rings('17 3 23 11 2', night), false);
  assert.equal(rings('nonsense', night), false);
});

test('a step rings in every second, third or whichever minute', () => {
  const rung = (cron) => Array.from({ length: 6 }, (_, minute) => rings(cron, new Date(Date.UTC(2026, 10, 23, 3, minute))));
  assert.deepEqual(rung('*/2 * * * *'), [true, false, true, false, true, false]);
  assert.deepEqual(rung('*/3 * * * *'), [true, false, false, true, false, false]);
  assert.equal(rings('0 0 */2 * *', new Date('2026-11-01T00:00:00Z')), true);
  assert.equal(rings('0 0 */2 * *', new Date('2026-11-02T00:00:00Z')), false);
  assert.equal(rings('*/0 * * * *', new Date('2026-11-02T00:00:00Z')), false);
});

test('the clock rings once a minute, and not after it was stopped', async () => {
  const heard = [];
  const server = createServer((request, response) => {
    heard.push(decodeURIComponent(request.url));
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: new Date('2026-11-23T12:00:30Z') });
  const stop = startClock(`http://127.0.0.1:${server.address().port}`);
  mock.timers.tick(29_000);
  assert.deepEqual(heard, []);
  mock.timers.tick(1_000);
  await once(server, 'request');
  assert.deepEqual(heard, ['/cdn-cgi/handler/scheduled?cron=* * * * *']);
  stop();
  mock.timers.tick(120_000);
  mock.timers.reset();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(heard.length, 1);
  server.close();
  server.closeAllConnections();
});
