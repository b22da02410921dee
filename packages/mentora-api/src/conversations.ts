import type { MentoraClient } from "./client.ts";
import { ConversationStream, type StreamOptions } from "./stream.ts";
import type { Conversation, ConversationState, EndReason, Page, PromptEdits, Ticket } from "./types.ts";

export class Conversations {
  readonly #client: MentoraClient;

  constructor(client: MentoraClient) {
    this.#client = client;
  }

  /**
   * The caller's open conversation about this assignment, or a fresh one. Sections of the prompt may be the student's
   * own words where the assignment allows it; an open conversation keeps those it began with.
   */
  create(assignmentId: string, promptEdits?: PromptEdits): Promise<Conversation> {
    return this.#client.request("POST", "/api/conversations", { body: { assignmentId, promptEdits } });
  }

  /** With its turns. */
  get(id: string): Promise<Conversation> {
    return this.#client.request("GET", path(id));
  }

  list(filter: {
    assignmentId?: string;
    userId?: string;
    state?: ConversationState;
    limit?: number;
    cursor?: string;
  }): Promise<Page<Conversation>> {
    return this.#client.request("GET", "/api/conversations", { query: filter });
  }

  end(id: string, reason?: EndReason): Promise<Conversation> {
    return this.#client.request("POST", `${path(id)}/end`, { body: reason ? { reason } : {} });
  }

  /** Opens the stream once: valid for 60 s, for this caller and this conversation. */
  ticket(id: string): Promise<Ticket> {
    return this.#client.request("POST", `${path(id)}/stream/tickets`, { body: {} });
  }

  /** The live conversation. Nothing is opened before `connect()`. */
  stream(id: string, options: Omit<StreamOptions, "client" | "conversationId"> = {}): ConversationStream {
    return new ConversationStream({ ...options, client: this.#client, conversationId: id });
  }
}

function path(id: string): string {
  return `/api/conversations/${encodeURIComponent(id)}`;
}
