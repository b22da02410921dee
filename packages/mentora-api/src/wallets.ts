import type { MentoraClient } from "./client.ts";
import type { Checkout, CourseWallet, LedgerEntry, Page, Wallet } from "./types.ts";

/** Money, in micro-credits: 1,000,000 of them are one credit, which is one US dollar. */
export class Wallets {
  readonly #client: MentoraClient;

  constructor(client: MentoraClient) {
    this.#client = client;
  }

  /** The caller's own. */
  mine(): Promise<Wallet> {
    return this.#client.request("GET", "/api/wallets/me");
  }

  /** A course's, with what was spent in so many days (1 to 90). For its staff. */
  ofCourse(courseId: string, query: { days?: number } = {}): Promise<CourseWallet> {
    return this.#client.request("GET", `/api/courses/${encodeURIComponent(courseId)}/wallet`, { query });
  }

  /** What moved, the latest first. */
  ledger(walletId: string, query: { limit?: number; cursor?: string } = {}): Promise<Page<LedgerEntry>> {
    return this.#client.request("GET", `/api/wallets/${encodeURIComponent(walletId)}/ledger`, { query });
  }

  /** Where to pay for credits, 1 to 500 in whole cents. The same key opens the same page. */
  checkout(amountMicros: number, { courseId, idempotencyKey }: { courseId?: string; idempotencyKey?: string } = {}) {
    const path = courseId ? `/api/courses/${encodeURIComponent(courseId)}/wallet/checkout` : "/api/wallets/me/checkout";
    const once = idempotencyKey === undefined ? {} : { idempotencyKey };
    return this.#client.request<Checkout>("POST", path, { body: { amountMicros }, ...once });
  }
}
