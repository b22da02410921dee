// The clock that rings the Worker's cron triggers. Cloudflare has one; `wrangler dev` only has the bell.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../project/paths.mjs';

const RING_MS = 5 * 60_000;

/** The lines of `[triggers]` in wrangler.toml. */
export function triggers(toml = readFileSync(join(root, 'wrangler.toml'), 'utf8')) {
  const list = toml.match(/^crons\s*=\s*\[([^\]]*)\]/m)?.[1] ?? '';
  return [...list.matchAll(/"([^"]*)"/g)].map(([, cron]) => cron);
}

// Whether a line of numbers, stars and steps as `*/2` (minute, hour, day, month, day of the week) rings in the minute of `date`,
// in UTC. Days and months begin with 1, and so do their steps.
export function rings(cron, date) {
  const at = [date.getUTCMinutes(), date.getUTCHours(), date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCDay()];
  const fields = cron.split(' ');
  const first = [0, 0, 1, 1, 0];
  const meets = (field, place) => {
    const step = field.match(/^\*\/([1-9]\d*)$/)?.[1];
    if (step) return (at[place] - first[place]) % Number(step) === 0;
    return field === '*' || Number(field) === at[place];
  };
  return fields.length === at.length && fields.every(meets);
}

/**
 * Rings whatever is due, at the beginning of each minute, until told to stop.
 *
 * @param {string} url of the Worker
 * @returns {() => void} stops it
 */
export function startClock(url) {
  const crons = triggers();
  let timer;
  const untilNext = () => 60_000 - (Date.now() % 60_000);
  const ring = () => {
    const now = new Date();
    for (const cron of crons.filter((cron) => rings(cron, now))) {
      const bell = `${url}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(cron)}`;
      // What goes wrong stands in the Worker's log; the next minute comes anyway.
      fetch(bell, { signal: AbortSignal.timeout(RING_MS) }).catch(() => undefined);
    }
    timer = setTimeout(ring, untilNext());
  };
  timer = setTimeout(ring, untilNext());
  return () => clearTimeout(timer);
}
