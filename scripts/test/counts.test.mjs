import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts, fromAny, fromCargoTest, fromNextest, fromNodeTest, fromOwn, fromVitest, sum } from './counts.mjs';

test('cargo test: the results of all binaries are added, and an ignored test says why', () => {
  const output = [
    'test a ... ok',
    'test slow::one ... ignored, needs a gigabyte',
    'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s',
    'test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s',
  ].join('\n');
  assert.deepEqual(fromCargoTest(output), counts(5, 1, 1, ['slow::one: needs a gigabyte']));
});

test('nextest: a test that ran out of time is a failure', () => {
  const output = '────\n     Summary [   1.234s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped\n';
  const found = fromNextest(output);
  assert.deepEqual([found.passed, found.failed, found.skipped], [9, 3, 3]);
  assert.equal(found.reasons.length, 1);
});

test('node --test: cancelled tests are failures, and skipped ones say why', () => {
  const output = '✔ a (1ms)\n﹣ b (0.1ms) # no microphone\nℹ tests 4\nℹ pass 1\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 0\n';
  assert.deepEqual(fromNodeTest(output), counts(1, 2, 1, ['b: no microphone']));
});

test('vitest: its summary, also in colour', () => {
  assert.deepEqual(fromVitest('\x1b[2m      Tests \x1b[22m \x1b[1m\x1b[31m1 failed\x1b[39m\x1b[22m | \x1b[32m5 passed\x1b[39m | 2 skipped (8)\n'), counts(5, 1, 2));
});

test('our own programs: the last line of numbers counts', () => {
  assert.deepEqual(fromOwn('1 passed, 0 failed, 0 skipped\nskipped: tls: no openssl\n3 passed, 1 failed, 1 skipped\n'), counts(3, 1, 1, ['tls: no openssl']));
  assert.equal(fromOwn('nothing of the kind'), null);
});

test('any of them is recognised, and nothing is nothing', () => {
  assert.equal(fromAny('# pass 7\n# fail 0\n').passed, 7);
  assert.deepEqual(fromAny('hello'), counts());
  assert.deepEqual(sum([counts(1), counts(0, 2), counts(0, 0, 3, ['x'])]), counts(1, 2, 3, ['x']));
});
