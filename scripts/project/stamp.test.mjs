import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { root, state } from './paths.mjs';
import { fingerprint, forget, fresh, stamp } from './stamp.mjs';

function sources(t) {
  mkdirSync(state, { recursive: true });
  const home = mkdtempSync(join(state, 'test-'));
  t.after(() => rmSync(home, { recursive: true }));
  writeFileSync(join(home, 'a.rs'), 'fn a() {}');
  return { home, path: relative(root, home) };
}

test('only content counts, not the time of a file', (t) => {
  const { home, path } = sources(t);
  const before = fingerprint([path]);
  utimesSync(join(home, 'a.rs'), new Date(0), new Date(0));
  assert.equal(fingerprint([path]), before);
  writeFileSync(join(home, 'a.rs'), 'fn b() {}');
  assert.notEqual(fingerprint([path]), before);
});

test('a file that was renamed, added or removed counts', (t) => {
  const { home, path } = sources(t);
  const before = fingerprint([path]);
  writeFileSync(join(home, 'b.rs'), '');
  assert.notEqual(fingerprint([path]), before);
  rmSync(join(home, 'b.rs'));
  assert.equal(fingerprint([path]), before);
});

test('what was built, and skipped files, do not count', (t) => {
  const { home, path } = sources(t);
  const print = () => fingerprint([path], { skip: (name) => name.endsWith('skipped.rs') });
  const before = print();
  mkdirSync(join(home, 'target'));
  writeFileSync(join(home, 'target', 'out'), 'x');
  writeFileSync(join(home, 'skipped.rs'), 'x');
  assert.equal(print(), before);
});

test('a stamp holds while its outputs exist', (t) => {
  const { path } = sources(t);
  const name = `test-${process.pid}`;
  t.after(() => forget(name));
  assert.equal(fresh(name, 'print'), false);
  stamp(name, 'print');
  assert.equal(fresh(name, 'print', [`${path}/a.rs`]), true);
  assert.equal(fresh(name, 'print', [`${path}/gone`]), false);
  assert.equal(fresh(name, 'other'), false);
});
