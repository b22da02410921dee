// Firestore's REST values. They are passed on as they are: integers are text there, so that JavaScript rounds none, and
// what is not a number has a name. Only what has several spellings gets one, so that equal documents are equal text.

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,9}))?Z$/;
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === 'string';
const isNumber = (value) => typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(value);

/** Thrown for what is no value; says where in the document. */
export class NoValue extends Error {}

// One entry a type: the one spelling of the value, or undefined where it is none.
const TYPES = {
  nullValue: (value) => (value === null || value === 'NULL_VALUE' ? null : undefined),
  booleanValue: (value) => (typeof value === 'boolean' ? value : undefined),
  integerValue: integer,
  doubleValue: (value) => (isNumber(value) ? value : undefined),
  timestampValue: (value) => (isText(value) && TIME.test(value) ? value.replace(/(?:\.0+|(\.\d*?)0*)Z$/, '$1Z') : undefined),
  stringValue: (value) => (isText(value) ? value : undefined),
  bytesValue: bytes,
  referenceValue: (value, _, referenced) => (isText(value) ? referenced(value) : undefined),
  geoPointValue: (value) => {
    const { latitude = 0, longitude = 0 } = isObject(value) ? value : { latitude: NaN };
    return Number.isFinite(latitude) && Number.isFinite(longitude) ? { latitude, longitude } : undefined;
  },
  arrayValue: (value, path, referenced) => {
    if (!isObject(value) || !Array.isArray(value.values ?? [])) return undefined;
    return { values: (value.values ?? []).map((element, at) => plain(element, `${path}[${at}]`, referenced)) };
  },
  mapValue: (value, path, referenced) => (isObject(value) ? { fields: plainFields(value.fields ?? {}, referenced, `${path}.`) } : undefined),
};

/**
 * The fields of a document in the one spelling that they have in a file: names sorted, nothing left out.
 *
 * @param {Record<string, object>} fields
 * @param {(name: string) => string} [referenced] what becomes of the name in a reference
 * @throws {NoValue}
 */
export function plainFields(fields, referenced = (name) => name, path = '') {
  if (!isObject(fields)) throw new NoValue(`${path ? `\`${path.slice(0, -1)}\`` : '`fields`'} is not an object of fields`);
  const names = Object.keys(fields).sort();
  return Object.fromEntries(names.map((name) => [name, plain(fields[name], `${path}${name}`, referenced)]));
}

function plain(value, path, referenced) {
  const [type, ...more] = isObject(value) ? Object.keys(value) : [];
  if (!Object.hasOwn(TYPES, type ?? '') || more.length > 0) throw new NoValue(`\`${path}\` is not a Firestore value`);
  const content = TYPES[type](value[type], path, referenced);
  if (content === undefined) throw new NoValue(`\`${path}\` is no ${type}`);
  return { [type]: content };
}

function integer(value) {
  const isExact = isText(value) ? /^-?\d{1,19}$/.test(value) : Number.isSafeInteger(value);
  if (!isExact) return undefined;
  const number = BigInt(value);
  return INT64.min <= number && number <= INT64.max ? number.toString() : undefined;
}

// Either alphabet of base64 is allowed, with or without padding.
function bytes(value) {
  if (!isText(value) || !/^[\w+/-]*={0,2}$/.test(value)) return undefined;
  return Buffer.from(value, 'base64').toString('base64');
}
