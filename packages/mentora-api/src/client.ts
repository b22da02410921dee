import { Assignments } from "./assignments.ts";
import { Conversations } from "./conversations.ts";
import { Courses } from "./courses.ts";
import { MentoraError } from "./error.ts";
import type { PublicConfig } from "./types.ts";
import { Users } from "./users.ts";
import { Wallets } from "./wallets.ts";

/** Gives the Firebase ID token. Asked with `refresh: true` after the server called the last one expired. */
export type TokenProvider = (ask: { refresh: boolean }) => Promise<string | null> | string | null;

export interface ClientOptions {
  /** Where the Worker is; the page's own origin by default. */
  baseUrl?: string;
  token?: TokenProvider;
  fetch?: typeof globalThis.fetch;
  /** Per request. Default 20 s. */
  timeoutMs?: number;
}

export interface RequestOptions {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** Same key + same body = same answer for 24 h. */
  idempotencyKey?: string;
  /** False for the few addresses that need no token. */
  authenticated?: boolean;
  signal?: AbortSignal;
  /** What is asked for; JSON unless told. */
  accept?: string;
}

/** What of an answer has to come in time. */
type Timed = "whole" | "beginning";

export class MentoraClient {
  readonly baseUrl: string;
  readonly courses: Courses;
  readonly assignments: Assignments;
  readonly conversations: Conversations;
  readonly users: Users;
  readonly wallets: Wallets;
  readonly #token: TokenProvider;
  readonly #fetch: typeof globalThis.fetch;
  readonly #timeoutMs: number;

  constructor(options: ClientOptions = {}) {
    const pageOrigin = (globalThis as { location?: { origin: string } }).location?.origin;
    const base = options.baseUrl ?? pageOrigin;
    if (!base) throw new TypeError("Outside a browser `baseUrl` is needed, for example http://127.0.0.1:8787");
    this.baseUrl = base.replace(/\/+$/, "");
    this.#token = options.token ?? (() => null);
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#timeoutMs = options.timeoutMs ?? 20_000;
    this.courses = new Courses(this);
    this.assignments = new Assignments(this);
    this.conversations = new Conversations(this);
    this.users = new Users(this);
    this.wallets = new Wallets(this);
  }

  config(): Promise<PublicConfig> {
    return this.request("GET", "/api/config", { authenticated: false });
  }

  /** Signs in without a password. Exists only where `environment` is `local`. */
  devSignIn(person: { uid: string; name?: string; email?: string; admin?: boolean }): Promise<{ idToken: string }> {
    return this.request("POST", "/api/dev/sign-in", { body: person, authenticated: false });
  }

  /** One request; an expired token is renewed and the request repeated once. Throws `MentoraError`. */
  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.#ask(method, path, options, "whole");
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new MentoraError({
        code: "BAD_RESPONSE",
        status: response.status,
        message: `${path} did not answer with JSON. Is ${this.baseUrl} a Mentora server?`,
        requestId: response.headers.get("x-request-id") ?? undefined,
        cause,
      });
    }
  }

  /** Opens a response that goes on for as long as it likes; only its beginning has to come in time. Throws `MentoraError`. */
  open(path: string, options: RequestOptions): Promise<Response> {
    return this.#ask("GET", path, options, "beginning");
  }

  async #ask(method: string, path: string, options: RequestOptions, timed: Timed): Promise<Response> {
    const first = await this.#attempt(method, path, options, timed, false);
    const stale = first.status === 401 && options.authenticated !== false;
    const response = stale ? await this.#attempt(method, path, options, timed, true) : first;
    if (!response.ok) throw await MentoraError.fromResponse(response);
    return response;
  }

  async #attempt(
    method: string,
    path: string,
    options: RequestOptions,
    timed: Timed,
    refresh: boolean,
  ): Promise<Response> {
    const url = new URL(this.baseUrl + path);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ accept: options.accept ?? "application/json" });
    if (options.body !== undefined) headers.set("content-type", "application/json");
    if (options.idempotencyKey) headers.set("idempotency-key", options.idempotencyKey);
    if (options.authenticated !== false) {
      const token = await this.#token({ refresh });
      if (token) headers.set("authorization", `Bearer ${token}`);
    }
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#timeoutMs);
    const deadline = timed === "whole" ? AbortSignal.timeout(this.#timeoutMs) : late.signal;
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    const body = options.body === undefined ? null : JSON.stringify(options.body);
    try {
      return await this.#fetch(url, { method, headers, signal, body });
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw deadline.aborted
        ? new MentoraError({
            code: "TIMEOUT",
            status: 0,
            message: `${path} did not answer within ${this.#timeoutMs / 1000} s.`,
            cause,
          })
        : new MentoraError({ code: "NETWORK", status: 0, message: `${this.baseUrl} could not be reached.`, cause });
    } finally {
      clearTimeout(timer);
    }
  }
}
