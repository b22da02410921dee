import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort, portToServe } from './ports.mjs';

test('a port that is taken is refused, with the process that has it and another port to try', async (t) => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address();
  await assert.rejects(portToServe(String(port), 1), (error) => {
    assert.match(error.message, new RegExp(`Port ${port} is taken`));
    if (process.platform === 'linux') assert.match(error.message, new RegExp(`process ${process.pid} `));
    assert.match(error.todo, new RegExp(`PORT=${port + 1} npm start`));
    return true;
  });
});

test('port 0 takes a free one', async () => {
  assert.ok((await portToServe('0', 1)) > 1023);
});

test('without a wish it is the usual port', async () => {
  const usual = await freePort();
  assert.equal(await portToServe(undefined, usual), usual);
});

for (const nonsense of ['http', '70000', '-1', '80.5']) {
  test(`PORT=${nonsense} is refused`, () => assert.rejects(portToServe(nonsense, 1), /is not a port number/));
}
