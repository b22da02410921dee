import { z } from 'zod';

/**
 * A text of so many characters, counted as the server counts them. JavaScript's own length, which `z.string().max()` goes
 * by, counts "🦊" as two, and would refuse what the server takes.
 */
export function text(least: number, most: number) {
  return z
    .string()
    .refine((value) => value.length >= least && characters(value, most) <= most && characters(value, least) >= least, {
      error: `${least} to ${most} characters are allowed`,
    })
    .meta({ minLength: least, maxLength: most });
}

/** How many characters the text has, or a number beyond `enough`. */
function characters(value: string, enough: number): number {
  let count = 0;
  for (const _ of value) if (++count > enough) break;
  return count;
}
