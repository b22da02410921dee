import { audioToBase64 } from "./audio.ts";
import type { MentoraClient } from "./client.ts";
import { MentoraError } from "./error.ts";
import type { ClientFrame, Seq, StreamRole } from "./frames.ts";
import { BROKEN, type Line, type LineListener } from "./line.ts";
import { EventReader } from "./sse.ts";

export interface EventsLineOptions {
  client: MentoraClient;
  /** `/api/conversations/…/stream` */
  path: string;
  audio: "none" | "base64";
  /** Where to take up, whenever the response has to be opened again. */
  cursor: () => Seq;
  role: () => StreamRole;
  /** How long nothing may come: the server sends something every 15 s. */
  deadAfterMs?: number;
}

/** Frames of one request, as the server takes them. */
const MOST_FRAMES = 32;
/** Sound goes in requests of about this length: each costs the student as much as a message. */
const SOUND_EVERY_MS = 1_000;
const ENDED = 4010;

interface Result {
  accepted: boolean;
  clientMessageId?: string;
  error?: { code: string; message: string };
}

/**
 * A line over plain HTTP, for where no WebSocket gets through: it hears by server-sent events and speaks by POST. The server
 * ends the response of a conversation in which nothing happens, and says when to come back; this line does, or at once
 * when there is something to say. Nobody else needs to know.
 */
export class EventsLine implements Line {
  readonly beatsItself = true;
  readonly #options: EventsLineOptions;
  readonly #listener: LineListener;
  readonly #queue: ClientFrame[] = [];
  #hearing: AbortController | null = null;
  #posting = false;
  #over = false;
  /** Something was said of which nothing has been heard yet. */
  #unanswered = false;
  #soundNotBefore = 0;
  #timers = new Map<"rest" | "dead" | "sound", ReturnType<typeof setTimeout>>();

  constructor(options: EventsLineOptions, listener: LineListener) {
    this.#options = options;
    this.#listener = listener;
    void this.#hear();
  }

  send(frame: ClientFrame): boolean {
    if (this.#over) return false;
    // Comments say that the server is there.
    if (frame.type === "ping") return true;
    if (frame.type === "hello") {
      void this.#hear();
      return true;
    }
    this.#queue.push(frame);
    this.#unanswered = true;
    void this.#post();
    if (!this.#hearing) void this.#hear();
    return true;
  }

  speak(samples: Int16Array): boolean {
    return this.send({ type: "audio_chunk", data: audioToBase64(samples) });
  }

  hangUp(): void {
    this.#over = true;
    for (const name of [...this.#timers.keys()]) this.#clear(name);
    this.#hearing?.abort();
    this.#hearing = null;
  }

  /** Opens the response, in place of the one that is open. */
  async #hear(): Promise<void> {
    this.#clear("rest");
    this.#hearing?.abort();
    const mine = new AbortController();
    this.#hearing = mine;
    const current = () => this.#hearing === mine && !this.#over;
    try {
      const { client, path, audio, cursor, role } = this.#options;
      const query = { cursor: cursor(), role: role(), audio };
      const response = await client.open(path, { query, accept: "text/event-stream", signal: mine.signal });
      if (!current()) return;
      if (response.status === 204 || !response.body) return this.#end(ENDED);
      const { retryMs, code } = await this.#read(response.body, current);
      if (!current()) return;
      if (code !== null) return this.#end(code);
      if (retryMs === null) return this.#end(BROKEN);
      this.#hearing = null;
      this.#clear("dead");
      // What was said while the response ended had not been heard by whoever ended it.
      this.#after("rest", this.#unanswered ? 0 : retryMs, () => void this.#hear());
    } catch (error) {
      if (current()) this.#end(codeOf(error));
    }
  }

  async #read(
    body: ReadableStream<Uint8Array>,
    current: () => boolean,
  ): Promise<{ retryMs: number | null; code: number | null }> {
    const events = new EventReader();
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let code: number | null = null;
    for (;;) {
      this.#after("dead", this.#options.deadAfterMs ?? 40_000, () => this.#end(BROKEN));
      const { done, value } = await reader.read();
      if (done || !current()) return { retryMs: events.retryMs, code };
      for (const { type, data } of events.read(decoder.decode(value, { stream: true }))) {
        if (type === "closed") code = (JSON.parse(data) as { code: number }).code;
        else if (current()) {
          this.#unanswered = false;
          this.#listener.text(data);
        }
      }
    }
  }

  /** Sends what waits, one request after the other: the frames keep their order. */
  async #post(): Promise<void> {
    if (this.#posting || this.#over || this.#queue.length === 0) return;
    const wait = this.#soundNotBefore - Date.now();
    if (wait > 0 && this.#queue.every(({ type }) => type === "audio_chunk")) {
      if (!this.#timers.has("sound")) this.#after("sound", wait, () => void this.#post());
      return;
    }
    this.#clear("sound");
    const frames = this.#queue.splice(0, MOST_FRAMES);
    this.#soundNotBefore = Date.now() + SOUND_EVERY_MS;
    this.#posting = true;
    try {
      const { client, path } = this.#options;
      const answer = await client.request<{ results: Result[] }>("POST", `${path}/messages`, { body: frames });
      for (const { error, clientMessageId } of answer.results) if (error) this.#refuse(error, clientMessageId);
    } catch (error) {
      const failure = error instanceof MentoraError ? error : null;
      // What may have been lost is sent again by whoever wrote it, over the next line.
      if (!failure || failure.retryable || failure.status === 401) return this.#end(codeOf(error));
      for (const frame of frames) this.#refuse(failure, "clientMessageId" in frame ? frame.clientMessageId : undefined);
    } finally {
      this.#posting = false;
    }
    void this.#post();
  }

  #refuse({ code, message }: { code: string; message: string }, clientMessageId: string | undefined): void {
    if (this.#over) return;
    this.#listener.text(JSON.stringify({ type: "error", code, message, recoverable: true, clientMessageId }));
  }

  #end(code: number): void {
    if (this.#over) return;
    this.hangUp();
    this.#listener.closed(code);
  }

  #after(name: "rest" | "dead" | "sound", ms: number, act: () => void): void {
    this.#clear(name);
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      act();
    }, ms);
    this.#timers.set(name, timer);
  }

  #clear(name: "rest" | "dead" | "sound"): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

/** The close code of the contract that says what an HTTP status says. */
function codeOf(error: unknown): number {
  const status = error instanceof MentoraError ? error.status : 0;
  if (status === 401) return 4001;
  if (status === 403) return 4003;
  if (status === 404) return 4004;
  return status === 429 ? 4008 : BROKEN;
}
