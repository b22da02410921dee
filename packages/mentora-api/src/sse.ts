/** An event of a `text/event-stream`. */
export interface ServerSentEvent {
  type: string;
  data: string;
}

/** Reads server-sent events (the HTML standard, section 9.2) from text that comes in pieces of any size. */
export class EventReader {
  /** The last `retry` advice, ms. */
  retryMs: number | null = null;
  #rest = "";
  #type = "";
  #data: string[] = [];

  /** The events that are complete with this piece. */
  read(piece: string): ServerSentEvent[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const events: ServerSentEvent[] = [];
    for (const line of lines) {
      if (line !== "") this.#field(line);
      else if (this.#data.length > 0) events.push({ type: this.#type || "message", data: this.#data.join("\n") });
      if (line === "") {
        this.#type = "";
        this.#data = [];
      }
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#type = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
  }
}
