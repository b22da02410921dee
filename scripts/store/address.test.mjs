import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../console/failure.mjs';
import { locked } from '../project/lock.mjs';
import { documentsOf, whereDocumentsAre } from './address.mjs';

function folder(t) {
  const home = mkdtempSync(join(tmpdir(), 'mentora-test-'));
  t.after(() => rmSync(home, { recursive: true }));
  return home;
}

const environment = { FIREBASE_PROJECT_ID: 'demo-here' };
const failure = (said) => (error) => error instanceof Failure && Boolean(error.todo) && error.message.includes(said);

test('a running Mentora tells where its documents are', async (t) => {
  const folderOfLock = folder(t);
  const found = (documents) => locked(folderOfLock, 'start', async () => whereDocumentsAre({}, { environment, folder: folderOfLock }), { documents });
  const settings = { FIREBASE_PROJECT_ID: 'demo-there' };
  const url = 'http://127.0.0.1:8787';

  const embedded = documentsOf(url, { ...settings, DOCUMENT_STORE: 'embedded' });
  assert.deepEqual(await found(embedded), { url, project: 'demo-there' });
  const emulator = documentsOf(url, { ...settings, DOCUMENT_STORE: 'firestore', FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080' });
  assert.deepEqual(await found(emulator), { url: 'http://127.0.0.1:8080', project: 'demo-there' });
  const google = documentsOf(url, { ...settings, DOCUMENT_STORE: 'firestore' });
  await assert.rejects(found(google), failure("Google's Firestore"));
});

test('where no Mentora runs, a store has to be named', (t) => {
  assert.throws(() => whereDocumentsAre({}, { environment, folder: folder(t) }), failure('No Mentora runs'));
});

test('a flag is stronger than the environment, and that than what runs', async (t) => {
  const home = folder(t);
  const with_ = (flags, more) => whereDocumentsAre(flags, { environment: { ...environment, ...more }, folder: home });
  await locked(home, 'start', async () => {
    const emulator = { FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080' };
    assert.deepEqual(with_({ project: 'other' }), { url: 'http://127.0.0.1:1', project: 'other' });
    assert.deepEqual(with_({}, emulator), { url: 'http://127.0.0.1:8080', project: 'demo-here' });
    assert.deepEqual(with_({ url: 'http://localhost:9/' }, emulator), { url: 'http://localhost:9', project: 'demo-here' });
    assert.deepEqual(with_({ url: 'http://localhost:9', project: 'other' }, emulator), { url: 'http://localhost:9', project: 'other' });
  }, { documents: { url: 'http://127.0.0.1:1', project: 'demo-there' } });
});

test('what is no address is refused', () => {
  for (const url of ['localhost:8787', 'http://', 'ftp://localhost', 'http://localhost:8787/v1', '127.0.0.1:8787']) {
    assert.throws(() => whereDocumentsAre({ url }, { environment }), failure(url), url);
  }
});
