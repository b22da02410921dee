import type { MentoraClient } from "./client.ts";
import type { Assignment, Page } from "./types.ts";

export class Assignments {
  readonly #client: MentoraClient;

  constructor(client: MentoraClient) {
    this.#client = client;
  }

  list(filter: {
    courseId: string;
    topicId?: string;
    status?: "scheduled" | "active" | "closed";
    limit?: number;
    cursor?: string;
  }): Promise<Page<Assignment>> {
    return this.#client.request("GET", "/api/assignments", { query: filter });
  }

  get(id: string): Promise<Assignment> {
    return this.#client.request("GET", `/api/assignments/${encodeURIComponent(id)}`);
  }
}
