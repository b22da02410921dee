export interface Backoff {
  firstMs: number;
  factor: number;
  maxMs: number;
}

export const defaultBackoff: Backoff = { firstMs: 400, factor: 1.8, maxMs: 15_000 };

/** Wait before attempt `attempt` (1 is the first retry). Half is fixed, half is chance: a restarted server is not stormed. */
export function backoffDelay(backoff: Backoff, attempt: number, random: () => number = Math.random): number {
  const full = Math.min(backoff.maxMs, backoff.firstMs * backoff.factor ** (attempt - 1));
  return Math.round(full / 2 + (random() * full) / 2);
}
