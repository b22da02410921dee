import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NoValue, plainFields } from './values.mjs';

const EXACT = {
  array: { arrayValue: { values: [{ nullValue: null }, { mapValue: { fields: { deep: { booleanValue: false } } } }] } },
  bytes: { bytesValue: 'AP+/' },
  double: { doubleValue: 0.1 },
  infinite: { doubleValue: '-Infinity' },
  integer: { integerValue: '-9223372036854775808' },
  notANumber: { doubleValue: 'NaN' },
  point: { geoPointValue: { latitude: -12.5, longitude: 0 } },
  reference: { referenceValue: 'projects/p/databases/(default)/documents/a/b' },
  text: { stringValue: 'line\u2028separator, 課程, \u0000' },
  time: { timestampValue: '2026-11-22T17:00:00.123456Z' },
};

test('a value of every type is passed on as it is', () => {
  assert.deepEqual(plainFields(EXACT), EXACT);
  assert.deepEqual(plainFields(JSON.parse(JSON.stringify(EXACT))), EXACT);
});

test('equal values have one spelling', () => {
  const equal = (a, b) => assert.equal(JSON.stringify(plainFields({ a })), JSON.stringify(plainFields({ a: b })));
  equal({ integerValue: 7 }, { integerValue: '7' });
  equal({ nullValue: 'NULL_VALUE' }, { nullValue: null });
  equal({ timestampValue: '2026-01-01T00:00:00.500Z' }, { timestampValue: '2026-01-01T00:00:00.5Z' });
  equal({ timestampValue: '2026-01-01T00:00:00.000Z' }, { timestampValue: '2026-01-01T00:00:00Z' });
  equal({ bytesValue: '_-8' }, { bytesValue: '/+8=' });
  equal({ geoPointValue: { longitude: 1 } }, { geoPointValue: { longitude: 1, latitude: 0 } });
  equal({ arrayValue: {} }, { arrayValue: { values: [] } });
  equal({ mapValue: { fields: { b: { nullValue: null }, a: { nullValue: null } } } }, { mapValue: { fields: { a: { nullValue: null }, b: { nullValue: null } } } });
});

test('references are turned, wherever they are', () => {
  const turned = (name) => name.toUpperCase();
  const fields = { a: { arrayValue: { values: [{ mapValue: { fields: { b: { referenceValue: 'x/y' } } } }] } } };
  const [element] = plainFields(fields, turned).a.arrayValue.values;
  assert.deepEqual(element, { mapValue: { fields: { b: { referenceValue: 'X/Y' } } } });
});

test('what is no value is named', () => {
  const refused = (a, said) => assert.throws(() => plainFields({ a }), (error) => error instanceof NoValue && error.message.includes(said));
  refused('text', '`a` is not a Firestore value');
  refused({}, '`a` is not a Firestore value');
  refused({ stringValue: 'x', integerValue: '1' }, '`a` is not a Firestore value');
  refused({ constructor: 1 }, '`a` is not a Firestore value');
  refused({ integerValue: '9223372036854775808' }, '`a` is no integerValue');
  refused({ integerValue: 2 ** 53 }, '`a`');
  refused({ integerValue: '1.5' }, '`a`');
  refused({ doubleValue: '1' }, '`a`');
  refused({ timestampValue: 'yesterday' }, '`a`');
  refused({ bytesValue: 'no base64!' }, '`a`');
  refused({ geoPointValue: { latitude: '1' } }, '`a`');
  refused({ arrayValue: { values: [{ booleanValue: 1 }] } }, '`a[0]`');
  refused({ mapValue: { fields: { b: { mapValue: { fields: [] } } } } }, '`a.b`');
});
