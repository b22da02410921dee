// The command as a person runs it: against Google's emulator, and against a store that fails.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../test/firestore-emulator.mjs';
import { Database } from './database.mjs';
import { header } from './file.mjs';

const SCRIPT = fileURLToPath(new URL('../store.mjs', import.meta.url));
let emulator = null;
let home;
before(async () => {
  home = mkdtempSync(join(tmpdir(), 'mentora-test-'));
  emulator = await startEmulator();
});
after(async () => {
  rmSync(home, { recursive: true });
  await emulator?.stop();
});

/** Runs the command; what it ended with and what it said. */
function store(args, { input, environment = {} } = {}) {
  const { FIRESTORE_EMULATOR_HOST, ...rest } = process.env;
  const child = spawn(process.execPath, [SCRIPT, ...args], { cwd: home, env: { ...rest, ...environment }, timeout: 60_000 });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

let made = 0;
const newProject = () => `demo-store-${(made += 1)}`;
const databaseOf = (project) => new Database({ url: `http://${emulator.host}`, project });
const at = (project) => ['--url', `http://${emulator.host}`, '--project', project];
const documentsIn = (text) => text.trim().split('\n').slice(1).map((line) => JSON.parse(line)).map(({ path, fields }) => ({ path, fields }));
const text = (text) => ({ text: { stringValue: text } });
const withEmulator = (name, body) => test(name, async (t) => (emulator ? body(t) : t.skip('the emulator is not installed')));
const succeeded = (run, said) => assert.ok(run.code === 0 && run.stderr.includes(said), `expected "${said}", got ${run.code}: ${run.stderr}`);
const failed = (run, ...said) => assert.ok(run.code === 1 && said.every((part) => run.stderr.includes(part)) && /What to do/.test(run.stderr), `expected "${said}", got ${run.code}: ${run.stderr}`);

const FIELDS = {
  big: { integerValue: '9223372036854775807' },
  bytes: { bytesValue: 'AAH/' },
  nan: { doubleValue: 'NaN' },
  small: { doubleValue: 5e-324 },
  third: { doubleValue: 1 / 3 },
  time: { timestampValue: '2026-11-22T17:00:00.123456Z' },
  map: { mapValue: { fields: { 'a.b `c`': { arrayValue: { values: [] } } } } },
};

withEmulator('what goes out comes in again: every type, sub-collections, also those below documents that are not there', async () => {
  const [from, to] = [newProject(), newProject()];
  const database = databaseOf(from);
  const paths = ['courses/c1', 'courses/c1/roster/m:1', 'courses/gone/roster/m2/marks/x y', 'users/課 程?#%', ...Array.from({ length: 650 }, (_, i) => `many/${i}`)];
  const update = (path) => ({ update: { name: database.nameOf(path), fields: FIELDS } });
  await database.commit(paths.slice(0, 400).map(update));
  await database.commit(paths.slice(400).map(update));
  const reference = { update: { name: database.nameOf('users/r'), fields: { r: { referenceValue: database.nameOf('courses/c1') } } } };
  await database.commit([reference]);

  for (const atOnce of [100, 131, 655, 656]) {
    const found = [];
    for await (const path of database.paths(atOnce)) found.push(path);
    assert.deepEqual(found.sort(), [...paths, 'users/r'].sort(), `${atOnce} names at once`);
  }
  succeeded(await store(['export', 'out.ndjson.gz', ...at(from)]), 'Exported 655 documents, ');
  succeeded(await store(['import', 'out.ndjson.gz', ...at(to)]), '655 new, 0 replaced, 0 unchanged');
  const [before, after] = [await store(['export', '-', ...at(from)]), await store(['export', '-', ...at(to)])];
  assert.deepEqual(JSON.parse(before.stdout.split('\n')[0]).project, from);
  const documents = documentsIn(before.stdout);
  assert.deepEqual(documents.map(({ path }) => path).sort(), [...paths, 'users/r'].sort());
  assert.deepEqual(documents.find(({ path }) => path === paths[2]).fields, Object.fromEntries(Object.entries(FIELDS).sort(([a], [b]) => (a < b ? -1 : 1))));
  // What refers to a document of the one project refers to that of the other.
  assert.deepEqual(documentsIn(after.stdout.replaceAll(to, from)), documents);
  assert.match(after.stdout, new RegExp(`projects/${to}/databases/\\(default\\)/documents/courses/c1`));

  succeeded(await store(['import', 'out.ndjson.gz', ...at(to)]), '0 new, 0 replaced, 655 unchanged');
});

withEmulator('an import replaces nothing that differs, unless it is told to', async () => {
  const project = newProject();
  const database = databaseOf(project);
  const put = (path, fields) => ({ update: { name: database.nameOf(path), fields } });
  await database.commit([put('c/same', text('same')), put('c/other', text('theirs')), put('c/only-here', text('stays'))]);
  const [same] = (await database.batchGet(['c/same'])).values();
  const documents = [{ path: 'c/new', fields: text('new') }, { path: 'c/other', fields: text('ours') }, { path: 'c/same', fields: text('same') }];
  const input = [header('elsewhere'), ...documents].map((line) => `${JSON.stringify(line)}\n`).join('');
  const now = async () => documentsIn((await store(['export', '-', ...at(project)])).stdout);
  const untouched = await now();

  failed(await store(['import', '-', ...at(project)], { input }), '1 document of the standard input is in the store with other contents. Nothing was written', 'c/other', '--overwrite');
  succeeded(await store(['import', '-', '--dry-run', ...at(project)], { input }), '3 documents of the standard input: 1 new, 1 in the store with other contents (--overwrite would replace them), 1 unchanged. Nothing was written');
  succeeded(await store(['import', '-', '--dry-run', '--overwrite', ...at(project)], { input }), '1 new, 1 to be replaced, 1 unchanged. Nothing was written');
  assert.deepEqual(await now(), untouched);

  succeeded(await store(['import', '-', '--overwrite', ...at(project)], { input }), '1 new, 1 replaced, 1 unchanged');
  assert.deepEqual(await now(), [documents[0], { path: 'c/only-here', fields: text('stays') }, documents[1], documents[2]]);
  assert.equal((await database.batchGet(['c/same'])).get('c/same').updateTime, same.updateTime, 'what is the same is not written');
});

withEmulator('of a file with a bad line nothing is written', async () => {
  const project = newProject();
  const good = { path: 'c/a', fields: text('a') };
  const write = (...lines) => writeFileSync(join(home, 'bad.ndjson'), [header('x'), ...lines].map((line) => JSON.stringify(line)).join('\n'));
  write(good, { path: 'c', fields: {} });
  failed(await store(['import', 'bad.ndjson', ...at(project)]), 'Line 3 of bad.ndjson has no `path` of a document');
  write(good, { path: 'c/b', fields: {} }, good);
  failed(await store(['import', 'bad.ndjson', ...at(project)]), 'Line 4 of bad.ndjson has the same document as line 2: c/a');
  succeeded(await store(['export', '-', ...at(project)]), 'Exported 0 documents');
});

withEmulator('the emulator is found by its variable, and documents of many megabytes go in several commits', async () => {
  const environment = { FIRESTORE_EMULATOR_HOST: emulator.host, FIREBASE_PROJECT_ID: newProject() };
  const lines = Array.from({ length: 12 }, (_, i) => ({ path: `large/${i}`, fields: text('x'.repeat(1_000_000)) }));
  writeFileSync(join(home, 'large.ndjson'), [header('x'), ...lines].map((line) => JSON.stringify(line)).join('\n'));
  succeeded(await store(['import', 'large.ndjson'], { environment }), `project ${environment.FIREBASE_PROJECT_ID}: 12 new`);
  succeeded(await store(['export', 'large-again.ndjson'], { environment }), 'Exported 12 documents, 12.0 MB');
});

test('what is not understood is refused with a hint', async () => {
  failed(await store([]), 'Export or import?');
  failed(await store(['exprot', 'x']), 'There is no `exprot`');
  failed(await store(['export']), '`export` takes one file, and none was given');
  failed(await store(['export', 'a', 'b']), 'more were given');
  failed(await store(['export', 'a', '--overwrite']), '`--overwrite` is not a flag of `export`');
  failed(await store(['import', 'a', '--forse']), "Unknown option '--forse'");
  failed(await store(['import', 'nothing.ndjson', '--url', 'http://127.0.0.1:9']), 'nothing.ndjson is not there');
  const help = await store(['--help']);
  assert.ok(help.code === 0 && help.stdout.includes('no snapshot'));
});

// Stands in for a store only where the real ones cannot be made to fail.
async function failing(t, answer) {
  const server = createServer((request, response) => answer(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.closeAllConnections() ?? server.close());
  return ['--url', `http://127.0.0.1:${server.address().port}`, '--project', 'p'];
}

test('an export that breaks off leaves no file', async (t) => {
  const url = await failing(t, (request, response) => {
    if (request.url.endsWith(':batchGet')) return response.destroy();
    return response.end('[{"document":{"name":"projects/p/databases/(default)/documents/c/d"}}]');
  });
  writeFileSync(join(home, 'broken.ndjson'), 'the old one');
  failed(await store(['export', 'broken.ndjson', ...url]), 'broken.ndjson is there already');
  failed(await store(['export', 'broken.ndjson', '--force', ...url]), 'does not answer');
  assert.equal(readFileSync(join(home, 'broken.ndjson'), 'utf8'), 'the old one');
  failed(await store(['export', 'none.ndjson', ...url]), 'does not answer');
  assert.ok(!existsSync(join(home, 'none.ndjson')) && readdirSync(home).every((name) => !name.endsWith('.part')));
});

test('a refusal is told in the words of the store, with what had been written', async (t) => {
  let commits = 0;
  const url = await failing(t, (request, response) => {
    if (request.url.endsWith(':batchGet')) return response.end('[]');
    commits += 1;
    if (commits === 1) return response.end('{"commitTime":"2026-01-01T00:00:00Z"}');
    response.statusCode = 409;
    return response.end(JSON.stringify({ error: { code: 409, status: commits === 2 ? 'ALREADY_EXISTS' : 'X', message: 'Document already exists: c/500' } }));
  });
  const lines = Array.from({ length: 501 }, (_, i) => ({ path: `c/${i}`, fields: {} }));
  const input = [header('p'), ...lines].map((line) => JSON.stringify(line)).join('\n');
  failed(await store(['import', '-', ...url], { input }), 'Somebody else writes into the store', '500 documents had been written before that', 'c/500');

  const closed = await failing(t, (_, response) => {
    response.statusCode = 404;
    response.end('{"error":{"code":"not_found","message":"There is no such route."}}');
  });
  failed(await store(['export', '-', ...closed]), 'answered 404', 'There is no such route.', 'check the address');
});
