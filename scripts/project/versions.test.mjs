import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtLeast, lockedVersion, oldestRustc } from './versions.mjs';

test('versions are compared by number, in every spelling there is', () => {
  assert.ok(isAtLeast('1.96.0+dfsg1-1~deb12u2', [1, 91]));
  assert.ok(isAtLeast('24.8.0', [22, 12]));
  assert.ok(isAtLeast('1.91.0', [1, 91]));
  assert.ok(!isAtLeast('1.85.0+dfsg3-1', [1, 91]));
  assert.ok(!isAtLeast('20.20.2', [22, 12]));
  assert.ok(isAtLeast('1:22.1.8-1', [22, 1]), 'with the epoch of a Debian version');
});

test('the tools follow Cargo.lock', () => {
  assert.match(lockedVersion('worker'), /^\d+\.\d+\.\d+$/);
  assert.match(lockedVersion('wasm-bindgen'), /^\d+\.\d+\.\d+$/);
  assert.throws(() => lockedVersion('no-such-crate'), /0 versions/);
});

test('the workspace tells the oldest rustc', () => {
  const [major, minor] = oldestRustc();
  assert.equal(major, 1);
  assert.ok(minor > 0);
});
