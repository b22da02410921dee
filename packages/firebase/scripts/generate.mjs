// Writes src/schemas.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { source } from './zod.mjs';

const at = (path) => new URL(`../${path}`, import.meta.url);

writeFileSync(at('src/schemas.ts'), source(JSON.parse(readFileSync(at('schemas.json'), 'utf8'))));
