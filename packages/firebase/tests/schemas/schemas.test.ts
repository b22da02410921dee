import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';

import { source } from '../../scripts/zod.mjs';
import * as schemas from '../../src/index.ts';

/** A change of an example: of the value at `path`, to a value, to so many foxes, or to none. */
type Case = { document: Kind; path: string; value?: unknown; foxes?: number; absent?: true };
type Kind = Exclude<keyof typeof schemas, 'documents'>;
type Json = Record<string, unknown>;

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const examples = JSON.parse(text('examples.json')) as Record<Kind, Json>;
const cases = JSON.parse(text('tests/schemas/cases.json')) as { accepted: Case[]; refused: Case[] };
const kinds = Object.keys(examples) as Kind[];
const schemaOf = (kind: Kind): z.ZodType => schemas[kind];

function changed({ document, path, ...change }: Case): Json {
  const whole = structuredClone(examples[document]);
  const names = path.split('/').slice(1);
  const last = names.pop() ?? '';
  const holder = names.reduce((value, name) => value[name] as Json, whole);
  if (change.absent) delete holder[last];
  else holder[last] = change.foxes === undefined ? change.value : '🦊'.repeat(change.foxes);
  return whole;
}

test('the schemas are those of schemas.json', () => {
  const stale = 'src/schemas.ts is stale: npm run generate -w packages/firebase';
  expect(text('src/schemas.ts') === source(JSON.parse(text('schemas.json'))), stale).toBe(true);
});

test('the bounds of a list are kept, and a rule that is not known stops it', () => {
  const list = (bounds: object) => ({ documents: {}, $defs: { List: { type: 'array', items: { type: 'boolean' }, ...bounds } } });
  expect(source(list({ maxItems: 50 }))).toContain('List = z.array(z.boolean()).max(50);');
  expect(source(list({ minItems: 1, maxItems: 2 }))).toContain('List = z.array(z.boolean()).min(1).max(2);');
  expect(() => source(list({ uniqueItems: true }))).toThrow('uniqueItems');
});

test('every collection has a schema, and every schema of a document an example', () => {
  const documents = Object.values<z.ZodType>(schemas.documents);
  expect(documents).toHaveLength(21);
  expect(kinds.map(schemaOf).filter((schema) => !documents.includes(schema))).toEqual([]);
  expect(kinds).toHaveLength(documents.length);
});

describe.each(kinds)('%s', (kind) => {
  const of = (list: Case[]) => list.filter((one) => one.document === kind);

  test('a full one that the server wrote comes back as it was', () => {
    expect(schemaOf(kind).parse(examples[kind])).toEqual(examples[kind]);
  });

  test('what the server takes is taken, unknown fields and all', () => {
    expect(of(cases.accepted).length).toBeGreaterThan(0);
    for (const one of of(cases.accepted)) {
      expect(schemaOf(kind).safeParse(changed(one)), JSON.stringify(one)).toEqual({ success: true, data: changed(one) });
    }
  });

  test('what the server refuses is refused, at the same place', () => {
    expect(of(cases.refused).length).toBeGreaterThan(0);
    for (const one of of(cases.refused)) {
      const found = schemaOf(kind).safeParse(changed(one));
      const places = found.error?.issues.map((issue) => `/${issue.path.join('/')}`) ?? [];
      // A key that a map does not know is found at the map.
      const expected = [one.path, one.path.replace(/\/nonesuch$/, '')];
      expect(places.some((place) => expected.includes(place)), `${JSON.stringify(one)}: ${places.join()}`).toBe(true);
    }
  });
});

test('a schema says what its fields are', () => {
  expect(schemas.Course.shape.title.description).toBe('1 to 200 characters.');
  expect(schemas.User.shape.photoURL.description).toContain('picture');
  expect(schemas.Wallet.description).toContain('ledger');
});

test('an optional field is optional in its type, and an enumeration is a union', () => {
  expectTypeOf<schemas.User['photoURL']>().toEqualTypeOf<string | null | undefined>();
  expectTypeOf<schemas.Course['visibility']>().toEqualTypeOf<'public' | 'unlisted' | 'private'>();
  expectTypeOf<schemas.Conversation['turns']>().toEqualTypeOf<schemas.Turn[] | undefined>();
  expectTypeOf<schemas.Assignment['startAt']>().toEqualTypeOf<number>();
});

test('a rule that the generator does not know stops it', () => {
  const file = { documents: {}, $defs: { Even: { type: 'integer', multipleOf: 2 } } };
  expect(() => source(file)).toThrow('multipleOf is not known here');
});
