import type { MentoraClient } from "./client.ts";
import type { Course, Page, Role } from "./types.ts";

export class Courses {
  readonly #client: MentoraClient;

  constructor(client: MentoraClient) {
    this.#client = client;
  }

  list(filter: { role?: Role; visibility?: "public"; limit?: number; cursor?: string } = {}): Promise<Page<Course>> {
    return this.#client.request("GET", "/api/courses", { query: filter });
  }

  get(id: string): Promise<Course> {
    return this.#client.request("GET", `/api/courses/${encodeURIComponent(id)}`);
  }

  join(code: string, password?: string): Promise<Course> {
    return this.#client.request("POST", "/api/courses/join", { body: password ? { code, password } : { code } });
  }
}
