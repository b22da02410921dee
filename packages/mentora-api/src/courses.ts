import type { MentoraClient } from "./client.ts";
import type { Course, Page, Role } from "./types.ts";

export class Courses {
  readonly #client: MentoraClient;

  constructor(client: MentoraClient) {
    this.#client = client;
  }

  /** The caller's own, each with the role held in it; with `visibility: "public"` those that everybody may find. */
  list({
    role,
    ...filter
  }: { role?: Role | Role[]; visibility?: "public"; limit?: number; cursor?: string } = {}): Promise<Page<Course>> {
    const roles = role === undefined ? {} : { role: [role].flat().join(",") };
    return this.#client.request("GET", "/api/courses", { query: { ...filter, ...roles } });
  }

  get(id: string): Promise<Course> {
    return this.#client.request("GET", `/api/courses/${encodeURIComponent(id)}`);
  }

  join(code: string, more: { password?: string; role?: "student" | "auditor" } = {}): Promise<Course> {
    return this.#client.request("POST", "/api/courses/join", { body: { code, ...more } });
  }
}
