// The mutants of the session machine are still about the source as it is. Running them takes minutes:
// `npm run mutants:session`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../project/paths.mjs';
import { mutants } from './session.mjs';

for (const { name, file, find, replace } of mutants) {
  test(`the source still has the place where ${name}`, () => {
    const source = readFileSync(join(root, 'crates/session/src', file), 'utf8');
    assert.equal(source.split(find).length - 1, 1, `${file} must have this text once:\n${find}`);
    assert.notEqual(find, replace);
  });
}
