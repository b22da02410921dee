/** The source of `src/schemas.ts`, made of what stands in `schemas.json`. */
export function source(file: { $defs: Record<string, unknown>; documents: Record<string, string> }): string;
