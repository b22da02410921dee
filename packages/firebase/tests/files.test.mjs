// What `firebase deploy --only firestore` is given, apart from what the rules mean (`rules/`) and whether our queries
// have their indexes (`durable/src/repositories/index_coverage.rs`).
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const at = (name) => new URL(`../${name}`, import.meta.url);
const json = (name) => JSON.parse(readFileSync(at(name), 'utf8'));
const { indexes, fieldOverrides, ...others } = json('firestore.indexes.json');
const nameOf = ({ collectionGroup, queryScope, fields }) => [collectionGroup, queryScope, ...fields.map(({ fieldPath, order, arrayConfig }) => `${fieldPath}:${order ?? arrayConfig}`)].join(' ');

test('firebase.json names files that are there', () => {
  const { firestore, ...rest } = json('firebase.json');
  assert.deepEqual(Object.keys(rest), []);
  assert.deepEqual(Object.keys(firestore).sort(), ['indexes', 'rules']);
  for (const file of Object.values(firestore)) assert.ok(existsSync(at(file)), file);
});

test('the index file says only what the Firebase command line understands', () => {
  assert.deepEqual(others, {});
  for (const { collectionGroup, queryScope, fields, ...rest } of indexes) {
    assert.deepEqual(rest, {}, collectionGroup);
    assert.match(collectionGroup, /^\w+$/);
    assert.ok(['COLLECTION', 'COLLECTION_GROUP'].includes(queryScope), queryScope);
    assert.ok(fields.length >= 2, `one field of ${collectionGroup} is indexed by itself`);
    for (const { fieldPath, order, arrayConfig, ...rest } of fields) {
      assert.deepEqual(rest, {}, fieldPath);
      assert.ok(order ? ['ASCENDING', 'DESCENDING'].includes(order) && !arrayConfig : arrayConfig === 'CONTAINS', fieldPath);
    }
  }
  for (const { collectionGroup, fieldPath, indexes: kept, ttl, ...rest } of fieldOverrides) {
    assert.deepEqual(rest, {}, fieldPath);
    assert.match(collectionGroup, /^\w+$/);
    // What a document is deleted by need not be found.
    if (ttl !== undefined) assert.deepEqual([ttl, kept], [true, []], `${collectionGroup}.${fieldPath}`);
    for (const { queryScope, order, arrayConfig, ...rest } of kept) {
      assert.deepEqual(rest, {}, fieldPath);
      assert.ok(['COLLECTION', 'COLLECTION_GROUP'].includes(queryScope), queryScope);
      assert.ok(order ? ['ASCENDING', 'DESCENDING'].includes(order) && !arrayConfig : arrayConfig === 'CONTAINS', fieldPath);
    }
  }
});

test('no index and no exemption stands there twice, and they are easy to find', () => {
  for (const names of [indexes.map((index) => `${index.collectionGroup} ${index.fields.length}`), fieldOverrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup} ${fieldPath}`)]) {
    assert.deepEqual(names, [...names].sort());
  }
  for (const names of [indexes.map(nameOf), fieldOverrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup} ${fieldPath}`)]) {
    assert.deepEqual(names.filter((name, place) => names.indexOf(name) !== place), []);
  }
});

test('what is long or deep is kept out of the indexes', () => {
  // A transcript has more values than a document may have index entries (40,000).
  const exempt = new Set(fieldOverrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`));
  for (const field of ['conversations.turns', 'conversations.summary', 'assignments.prompt', 'assignments.aiConfig', 'personas.systemPromptTemplate', 'statistics.wordCloud', 'contributions.words']) {
    assert.ok(exempt.has(field), field);
  }
});

test('what is kept out of the indexes is in none of them', () => {
  // A part of a field that has a line of its own may be indexed though the rest is not.
  const kept = new Set(fieldOverrides.filter((one) => one.indexes.length > 0).map((one) => `${one.collectionGroup}.${one.fieldPath}`));
  for (const { collectionGroup, fieldPath } of fieldOverrides.filter((one) => one.indexes.length === 0)) {
    const isWithin = (field) => `${field.fieldPath}.`.startsWith(`${fieldPath}.`) && !kept.has(`${collectionGroup}.${field.fieldPath}`);
    const using = indexes.filter((index) => index.collectionGroup === collectionGroup && index.fields.some(isWithin));
    assert.deepEqual(using.map(nameOf), []);
  }
});

test('the rules allow no write anywhere', () => {
  const code = readFileSync(at('firestore.rules'), 'utf8').replace(/\/\/.*$/gm, '');
  const allowed = [...code.matchAll(/\ballow\s+([^:;]+)/g)].map(([, verbs]) => verbs.trim());
  assert.ok(allowed.length > 0);
  assert.deepEqual(allowed.filter((verbs) => !/^(get|list|read)$/.test(verbs)), []);
});
