import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Failure } from '../console/failure.mjs';
import { header, line, mayWrite, readFile, writeFile } from './file.mjs';

function folder(t) {
  const home = mkdtempSync(join(tmpdir(), 'mentora-test-'));
  t.after(() => rmSync(home, { recursive: true }));
  return home;
}

async function all(path) {
  const found = [];
  for await (const each of readFile(path, 'it')) found.push(each);
  return found;
}

const failure = (said) => (error) => error instanceof Failure && Boolean(error.todo) && error.message.includes(said);
const document = (path, text) => line(path, { fields: { text: { stringValue: text } }, createTime: '2026-01-01T00:00:00Z', updateTime: '2026-01-01T00:00:01Z' });
async function* some(...lines) {
  yield* lines;
}

test('what was written is read, compressed or not', async (t) => {
  // U+2028 ends a line of JavaScript, but none of JSON; the long text spans many reads.
  const texts = ['', 'a\nb', 'a\u2028b\u0085c', '課程', 'long '.repeat(100_000)];
  const documents = texts.map((text, at) => document(`c/${at}`, text));
  for (const name of ['plain.ndjson', 'small.ndjson.gz']) {
    const path = join(folder(t), name);
    await writeFile(path, some(header('demo'), ...documents));
    const [first, ...rest] = await all(path);
    assert.equal(first.project, 'demo');
    assert.deepEqual(rest, documents.map(({ path, fields }) => ({ path, fields })));
    assert.equal(readFileSync(path).subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])), name.endsWith('.gz'));
  }
});

test('an interrupted export leaves the old file as it was', async (t) => {
  const home = folder(t);
  const path = join(home, 'export.ndjson');
  writeFileSync(path, 'the old one');
  async function* broken() {
    yield header('demo');
    throw new Failure('The store is gone.');
  }
  await assert.rejects(writeFile(path, broken()), /The store is gone/);
  assert.equal(readFileSync(path, 'utf8'), 'the old one');
});

test('a file is replaced only when that is said', (t) => {
  const path = join(folder(t), 'export.ndjson');
  mayWrite(path, false);
  writeFileSync(path, '');
  assert.throws(() => mayWrite(path, false), failure('export.ndjson is there already'));
  mayWrite(path, true);
  mayWrite('-', false);
});

test('a folder that is not there is told', async (t) => {
  await assert.rejects(writeFile(join(folder(t), 'no', 'folder'), some(header('demo'))), failure('folder could not be written: ENOENT'));
});

test('the first line that is wrong is named', async (t) => {
  const home = folder(t);
  const good = JSON.stringify(document('c/a', 'x'));
  const refuses = async (lines, said, name = 'it.ndjson') => {
    const path = join(home, name);
    writeFileSync(path, Buffer.isBuffer(lines) ? lines : lines.join('\n'));
    await assert.rejects(all(path), failure(said), said);
  };
  const head = JSON.stringify(header('demo'));
  await refuses([], 'it is empty');
  await refuses(['{}'], 'its first line is not the header');
  await refuses([good], 'its first line is not the header');
  await refuses([JSON.stringify({ ...header('demo'), version: 2 })], 'version 2');
  await refuses([head, good, good.slice(0, -9)], 'Line 3 of it is not JSON');
  await refuses([head, '', good], 'Line 2 of it is not JSON');
  await refuses([head, good, '{"path":"c","fields":{}}'], 'Line 3 of it has no `path` of a document');
  await refuses([head, '{"path":"c//d/e","fields":{}}'], 'Line 2 of it has no `path`');
  await refuses([head, '{"path":"c/..","fields":{}}'], 'Line 2 of it has no `path`');
  await refuses([head, 'null'], 'Line 2 of it has no `path`');
  await refuses([head, '{"path":"c/d"}'], 'Line 2 of it is no document: `fields`');
  await refuses([head, '{"path":"c/d","fields":{"a":{"integerValue":"x"}}}'], 'Line 2 of it is no document: `a` is no integerValue');
  await refuses(Buffer.concat([Buffer.from(`${head}\n{"path":"c/`), Buffer.from([0xff]), Buffer.from('","fields":{}}')]), 'Line 2 of it is not JSON');
  const zipped = gzipSync([head, good, good].join('\n'));
  await refuses(zipped.subarray(0, zipped.length - 9), 'it could not be read', 'cut.gz');
  await refuses([head, good], 'it could not be read', 'not-zipped.gz');
  await assert.rejects(all(join(home, 'absent')), failure('it is not there'));
});
