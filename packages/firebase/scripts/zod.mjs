// From the JSON schemas of the documents to the source of their Zod schemas.
//
// It knows the schemas that our Rust types have, and stops at any other keyword rather than pass over a rule.

/** Keywords that rule nothing in Zod: `format` tells the width of a number in Rust, `default` what Rust fills in. */
const SILENT = new Set(['type', 'description', 'format', 'default', 'examples']);

/** The source of `src/schemas.ts`. `file` is what stands in `schemas.json`. */
export function source(file) {
  const definitions = file.$defs;
  const parts = ordered(definitions).map((name) => {
    const about = comment(definitions[name].description);
    return `${about}export const ${name} = ${schema(definitions[name], definitions)};\nexport type ${name} = z.infer<typeof ${name}>;\n`;
  });
  const documents = Object.entries(file.documents).map(([path, name]) => `  ${JSON.stringify(path)}: ${name},\n`);
  return [
    '// Made of `schemas.json` by `npm run generate`: change the Rust types in `crates/core/src/documents` instead.\n',
    "import { z } from 'zod';\n\nimport { text } from './text.ts';\n",
    ...parts,
    `${comment('The schema of the documents at each path.')}export const documents = {\n${documents.join('')}} as const;\n`,
  ].join('\n');
}

/** The names, so that each comes after those that it refers to. */
function ordered(definitions) {
  const names = new Set();
  const visit = (name) => {
    for (const [, used] of JSON.stringify(definitions[name]).matchAll(/"#\/\$defs\/(\w+)"/g)) if (!names.has(used)) visit(used);
    names.add(name);
  };
  Object.keys(definitions).forEach(visit);
  return [...names];
}

/** The expression of a schema, with its description. */
function schema(json, definitions, optional = false) {
  const { inner, nullable } = withoutNull(json);
  const suffix = optional && nullable ? '.nullish()' : nullable ? '.nullable()' : optional ? '.optional()' : '';
  const about = json.description ?? inner.description;
  // Last, because a wrapper has no description of its own.
  return bare(inner, definitions) + suffix + (about ? `.describe(${JSON.stringify(about)})` : '');
}

/** A value or none is a list of two types, or a choice with `null`; a choice of one is there for its default. */
function withoutNull(json) {
  const isNull = (choice) => choice.type === 'null';
  if (json.oneOf) {
    const others = json.oneOf.filter((choice) => !isNull(choice));
    if (others.length !== 1) throw new Error(`a choice is not known here: ${JSON.stringify(json)}`);
    return { inner: others[0], nullable: json.oneOf.some(isNull) };
  }
  if (!Array.isArray(json.type)) return { inner: json, nullable: false };
  const [only, ...more] = json.type.filter((type) => type !== 'null');
  if (more.length > 0) throw new Error(`a value of two types is not known here: ${JSON.stringify(json)}`);
  return { inner: { ...json, type: only }, nullable: json.type.includes('null') };
}

function bare(json, definitions) {
  if (json.$ref) return only(json, ['$ref']) && json.$ref.replace('#/$defs/', '');
  switch (json.type) {
    case 'string':
      return string(json);
    case 'boolean':
      return only(json, []) && 'z.boolean()';
    case 'integer':
      return `z.int()${range(json)}`;
    case 'number':
      return `z.number()${range(json)}`;
    case 'array':
      return array(json, definitions);
    case 'object':
      return json.additionalProperties ? map(json, definitions) : object(json, definitions);
    default:
      throw new Error(`a schema is not known here: ${JSON.stringify(json)}`);
  }
}

function string(json) {
  if (json.enum) return only(json, ['enum']) && `z.enum([${json.enum.map((name) => JSON.stringify(name)).join(', ')}])`;
  if (json.pattern) return only(json, ['pattern']) && `z.string().regex(new RegExp(${JSON.stringify(json.pattern)}))`;
  only(json, ['minLength', 'maxLength']);
  if (json.maxLength === undefined && json.minLength === undefined) return 'z.string()';
  return `text(${json.minLength ?? 0}, ${json.maxLength ?? 'Infinity'})`;
}

function range(json) {
  only(json, ['minimum', 'maximum']);
  return bound('min', json.minimum) + bound('max', json.maximum);
}

/** The call of a method, when there is a bound for it. */
function bound(method, value) {
  return value === undefined ? '' : `.${method}(${value})`;
}

function array(json, definitions) {
  only(json, ['items', 'minItems', 'maxItems']);
  return `z.array(${schema(json.items, definitions)})${bound('min', json.minItems)}${bound('max', json.maxItems)}`;
}

/** Of all keys, or of those of an enumeration. */
function map(json, definitions) {
  only(json, ['additionalProperties', 'propertyNames']);
  const value = schema(json.additionalProperties, definitions);
  const keys = json.propertyNames;
  if (!keys?.enum) return `z.record(z.string(), ${value})`;
  const same = (definition) => JSON.stringify(definition.enum) === JSON.stringify(keys.enum);
  const name = Object.keys(definitions).find((name) => same(definitions[name]));
  return `z.partialRecord(${name ?? string(keys)}, ${value})`;
}

function object(json, definitions) {
  only(json, ['properties', 'required']);
  const required = new Set(json.required);
  const fields = Object.entries(json.properties).map(([name, field]) => `  ${name}: ${schema(field, definitions, !required.has(name))},\n`);
  return `z.looseObject({\n${fields.join('')}})`;
}

function only(json, known) {
  const strange = Object.keys(json).filter((keyword) => !SILENT.has(keyword) && !known.includes(keyword));
  if (strange.length > 0) throw new Error(`${strange.join(', ')} is not known here: ${JSON.stringify(json)}`);
  return true;
}

function comment(about) {
  return about ? `/** ${about.replace(/\s*\n\s*/g, ' ').replaceAll('*/', '*\\/')} */\n` : '';
}
