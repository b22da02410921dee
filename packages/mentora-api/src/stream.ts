import { audioFromBase64, audioFromBinary, type TutorAudio } from "./audio.ts";
import { type Backoff, backoffDelay, defaultBackoff } from "./backoff.ts";
import type { MentoraClient } from "./client.ts";
import { Emitter } from "./emitter.ts";
import { MentoraError } from "./error.ts";
import { EventsLine } from "./events.ts";
import type {
  AudioConfig,
  ClientFrame,
  Seq,
  ServerFrame,
  ServerFrameOf,
  ServerFrameType,
  StreamRole,
  TurnTaking,
} from "./frames.ts";
import { messageId } from "./id.ts";
import { BROKEN, type Line, type LineListener } from "./line.ts";
import { SocketLine } from "./socket.ts";

export type Transport = "auto" | "websocket" | "events";

export type AudioMode = "none" | "base64" | "binary";

export interface StreamOptions {
  client: MentoraClient;
  conversationId: string;
  /** The last `seq` already seen; 0 replays the whole conversation. */
  cursor?: Seq;
  role?: StreamRole;
  audio?: AudioMode;
  /** `auto` (unless told): a WebSocket, and server-sent events with POST where none gets through. */
  transport?: Transport;
  backoff?: Backoff;
  /** Silence after which a ping is sent, and how long its answer may take. */
  heartbeat?: { everyMs: number; deadAfterMs: number };
  /** Node 20 has no `WebSocket` of its own: hand in the one of the `ws` package. */
  WebSocket?: typeof globalThis.WebSocket;
}

/** Why a stream is over for good. */
export type CloseReason = "left" | "unauthenticated" | "forbidden" | "not_found" | "ended" | "refused";

export type ConnectionState =
  | { phase: "idle" }
  | { phase: "connecting"; attempt: number }
  | { phase: "open"; role: StreamRole }
  | { phase: "waiting"; attempt: number; retryInMs: number }
  | { phase: "closed"; reason: CloseReason; error?: MentoraError };

export interface PendingText {
  clientMessageId: string;
  text: string;
}

type FrameEvents = { [T in ServerFrameType]: ServerFrameOf<T> };

export interface StreamEvents extends FrameEvents {
  state: ConnectionState;
  /** Every frame, once, in the order of `seq`. */
  frame: ServerFrame;
  audio: TutorAudio;
  /** The server has it in its log: it cannot be lost any more. */
  acknowledged: { clientMessageId: string; turnId: string };
  /** The server refused this message; it will not be sent again. */
  rejected: PendingText & { error: ServerFrameOf<"error"> };
  /** The connection broke while the student spoke: the server makes do with what had arrived of it. */
  utterance_cut: { clientMessageId: string };
  /** Events before `from` are no longer in the server's log: load the turns by REST. */
  gap: { cursor: Seq; from: Seq };
}

const FINAL_CLOSES = new Map<number, CloseReason>([
  [4001, "unauthenticated"],
  [4003, "forbidden"],
  [4004, "not_found"],
  [4010, "ended"],
]);
const TAKEN_OVER = 4009;
/** How long a tab waits that was shut out because there are too many of the same student. */
const CROWDED_OUT_MS = 60_000;
/** So often a WebSocket may fail before its greeting until we do without. */
const FAILED_SOCKETS = 2;
/** Below are the codes of a connection that came to nothing; from here on the server itself says why. */
const FIRST_OWN_CODE = 4000;
/** A connection that lived this long was a good one: the next break starts with the shortest wait again. */
const STABLE_AFTER_MS = 5_000;
/** A message that was sent this often and never stored is one the server cannot take. */
const SENDS_PER_TEXT = 6;
/** Codes of an `error` frame that are about the message just sent, not about the dialogue. */
const ABOUT_MY_MESSAGE = new Set([
  "VALIDATION_ERROR",
  "PAYLOAD_TOO_LARGE",
  "INSUFFICIENT_CREDITS",
  "TURN_IN_PROGRESS",
  "CONVERSATION_CLOSED",
  "FORBIDDEN",
]);

/**
 * One conversation over lines that come and go. It asks for a ticket, connects, resumes from the last `seq` it saw,
 * drops what it saw before, and sends a text again, under the same id, until the server says that it is stored.
 */
export class ConversationStream extends Emitter<StreamEvents> {
  readonly #options: StreamOptions;
  readonly #heartbeat: { everyMs: number; deadAfterMs: number };
  readonly #pending = new Map<string, PendingText & { sends: number }>();
  #state: ConnectionState = { phase: "idle" };
  #cursor: Seq;
  #role: StreamRole;
  #line: Line | null = null;
  #failedSockets = 0;
  #byEvents: boolean;
  /** Set once the server has said `connected` on this line. */
  #ready = false;
  /** Asked with `hello` for events that this socket was never sent; until the answer, what comes will come again. */
  #catchingUp = false;
  #attempt = 0;
  #utterance: string | null = null;
  /** The turn that binary audio belongs to. It outlives a socket: the answer goes on after a reconnect. */
  #answering: { turnId: string; turnIndex: number | null } | null = null;
  #timers = new Map<"retry" | "ping" | "dead" | "stable", ReturnType<typeof setTimeout>>();

  constructor(options: StreamOptions) {
    super();
    this.#options = options;
    this.#cursor = options.cursor ?? 0;
    this.#role = options.role ?? "speaker";
    this.#byEvents = options.transport === "events";
    this.#heartbeat = options.heartbeat ?? { everyMs: 25_000, deadAfterMs: 10_000 };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The last `seq` seen. Keep it, and hand it in as `cursor` to resume after a reload. */
  get cursor(): Seq {
    return this.#cursor;
  }

  /** Texts that the server has not yet said to be stored. */
  get pending(): PendingText[] {
    return [...this.#pending.values()].map(({ clientMessageId, text }) => ({ clientMessageId, text }));
  }

  connect(): void {
    if (this.#state.phase === "idle" || this.#state.phase === "closed") {
      this.#attempt = 0;
      void this.#open();
    }
  }

  /** Leaves for good; the conversation itself goes on. */
  close(): void {
    this.#finish("left");
  }

  /** After being taken over by another tab: become the one who speaks again. */
  takeBack(): void {
    this.#role = "speaker";
    this.#drop();
    this.#attempt = 0;
    void this.#open();
  }

  /** The network or the tab came back: do not sit out the wait, and find a dead socket at once. */
  nudge(): void {
    if (this.#state.phase === "waiting") {
      this.#clear("retry");
      void this.#open();
    } else if (this.#ready) {
      this.#ping();
    }
  }

  /** Stored once, however often the connection breaks. Returns the id to recognise it by. */
  sendText(text: string, clientMessageId: string = messageId()): string {
    this.#pending.set(clientMessageId, { clientMessageId, text, sends: 0 });
    if (this.#ready && this.#role === "speaker") this.#sendPending(clientMessageId);
    return clientMessageId;
  }

  /**
   * Begins an utterance, or with `automatic` opens the microphone for as many turns as will be. Null while there is no
   * connection: speech is not kept, so do not let the student begin. An `error` that bears the id which this returns
   * says that the microphone is not listened to any more.
   */
  audioStart(
    sampleRate: number,
    clientMessageId: string = messageId(),
    turnTaking: TurnTaking = "manual",
  ): string | null {
    if (this.#role !== "speaker") return null;
    const config: AudioConfig = { sampleRate, encoding: "pcm", channels: 1 };
    if (turnTaking === "automatic") config.turnTaking = turnTaking;
    const begun = this.#send({ type: "audio_start", config, clientMessageId });
    this.#utterance = begun ? clientMessageId : null;
    return this.#utterance;
  }

  /** PCM at the rate given to `audioStart`; 100 ms a piece is a good size. */
  audioChunk(samples: Int16Array): void {
    if (!this.#ready || !this.#utterance) return;
    this.#line?.speak(samples);
  }

  /** The student has finished: the tutor may speak. After `automatic`: the microphone is off. */
  audioEnd(): void {
    if (this.#utterance) this.#send({ type: "audio_end" });
    this.#utterance = null;
  }

  /** Stops the tutor now. `heardMs`: how much of the answer was played. */
  interrupt(heardMs?: number): void {
    this.#speak(heardMs === undefined ? { type: "interrupt" } : { type: "interrupt", heardMs: Math.round(heardMs) });
  }

  /** Tells how far the tutor's turn has been played. */
  playback(turnId: string, heardMs: number): void {
    this.#speak({ type: "playback", turnId, heardMs: Math.round(heardMs) });
  }

  /** Ends the conversation. False when there is no connection: then use `conversations.end`. */
  stop(reason?: string): boolean {
    return this.#speak(reason === undefined ? { type: "stop" } : { type: "stop", reason });
  }

  async #open(): Promise<void> {
    const mine = { phase: "connecting", attempt: this.#attempt } as const;
    this.#become(mine);
    // Somebody may have left or nudged while the ticket was on its way.
    const superseded = () => this.#state !== mine;
    if (this.#byEvents || this.#lacksSockets()) return this.#listen((listener) => this.#tune(listener));
    try {
      const { ticket } = await this.#options.client.conversations.ticket(this.#options.conversationId);
      if (!superseded()) this.#listen((listener) => this.#dial(ticket, listener));
    } catch (error) {
      if (superseded()) return;
      const failure = asMentoraError(error);
      if (failure.retryable) this.#retry(failure.retryAfterMs);
      else this.#finish(reasonOf(failure), failure);
    }
  }

  /** Node 20 has none, unless it is handed in. */
  #lacksSockets(): boolean {
    return this.#options.transport !== "websocket" && !(this.#options.WebSocket ?? globalThis.WebSocket);
  }

  #path(): string {
    return `/api/conversations/${encodeURIComponent(this.#options.conversationId)}/stream`;
  }

  #dial(ticket: string, listener: LineListener): Line {
    const WebSocket = this.#options.WebSocket ?? globalThis.WebSocket;
    if (!WebSocket) throw new TypeError("There is no WebSocket here: hand in `WebSocket` from the `ws` package.");
    const audio = this.#options.audio ?? "none";
    const url = new URL(this.#options.client.baseUrl + this.#path());
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("cursor", String(this.#cursor));
    url.searchParams.set("role", this.#role);
    url.searchParams.set("audio", audio);
    return new SocketLine(new WebSocket(url, ["mentora.v1", `ticket.${ticket}`]), audio === "binary", listener);
  }

  #tune(listener: LineListener): Line {
    const { client, audio } = this.#options;
    const [cursor, role] = [() => this.#cursor, () => this.#role];
    const wanted = audio === undefined || audio === "none" ? "none" : "base64";
    return new EventsLine({ client, path: this.#path(), audio: wanted, cursor, role }, listener);
  }

  #listen(open: (listener: LineListener) => Line): void {
    // Words of a line that was let go mean nothing any more.
    const current = () => this.#line === line;
    const line: Line = open({
      text: (json) => {
        if (!current()) return;
        this.#beat();
        this.#receive(json);
      },
      sound: (bytes) => {
        if (!current()) return;
        this.#beat();
        this.#hear(audioFromBinary(bytes, this.#answering?.turnId ?? null));
      },
      closed: (code) => {
        if (current()) this.#closed(code);
      },
    });
    this.#line = line;
    if (!line.beatsItself) this.#after("dead", this.#heartbeat.deadAfterMs, () => this.#abandon());
  }

  #receive(text: string): void {
    const frame = parse(text);
    if (!frame) return;
    if (frame.seq !== undefined && frame.seq !== null) {
      if (frame.seq <= this.#cursor || this.#catchingUp) return;
      this.#cursor = frame.seq;
    }
    this.#follow(frame);
    this.emit("frame", frame);
    // The compiler cannot tie a union's `type` to its own member across a call.
    this.emit(frame.type, frame as never);
  }

  /** What the stream itself has to know of a frame. */
  #follow(frame: ServerFrame): void {
    switch (frame.type) {
      case "connected":
        this.#ready = true;
        this.#failedSockets = 0;
        this.#role = frame.role;
        this.#catchUp(frame);
        this.#after("stable", STABLE_AFTER_MS, () => (this.#attempt = 0));
        this.#become({ phase: "open", role: frame.role });
        // A listener is not heard: what waits leaves once this connection speaks again.
        if (frame.role === "speaker") for (const id of [...this.#pending.keys()]) this.#sendPending(id);
        break;
      case "turn_stored":
        this.#acknowledge(frame.turn.clientMessageId, frame.turn.id);
        break;
      case "ai_response_start":
        this.#answering = { turnId: frame.turnId, turnIndex: frame.turnIndex ?? null };
        break;
      case "ai_audio_chunk":
        this.#hear(audioFromBase64(frame.data, frame.turnId));
        break;
      case "interrupted":
        this.#answering = null;
        break;
      case "error":
        this.#refused(frame);
        break;
    }
  }

  /**
   * The server may greet a second time on the same socket: its memory was lost, and so may be events that this socket
   * was never sent. `hello` fetches them; only when the answer still leaves a gap are they gone from the log.
   */
  #catchUp({ replayFrom }: ServerFrameOf<"connected">): void {
    const asked = this.#catchingUp;
    const missing = replayFrom != null && replayFrom > this.#cursor + 1;
    this.#catchingUp = missing && !asked;
    if (!missing) return;
    if (asked) this.emit("gap", { cursor: this.#cursor, from: replayFrom });
    else this.#send({ type: "hello", cursor: this.#cursor });
  }

  #hear(audio: TutorAudio | null): void {
    // Without a turn, or of another one, it is the tail of an answer that was broken off.
    const expected = this.#answering?.turnIndex ?? null;
    const stray = audio?.turnIndex != null && expected !== null && audio.turnIndex !== expected;
    if (audio?.turnId && !stray) this.emit("audio", audio);
  }

  #acknowledge(clientMessageId: string | null | undefined, turnId: string): void {
    if (!clientMessageId) return;
    this.#pending.delete(clientMessageId);
    this.emit("acknowledged", { clientMessageId, turnId });
  }

  #refused(error: ServerFrameOf<"error">): void {
    if (this.#utterance && error.clientMessageId === this.#utterance) this.#utterance = null;
    const oldest = this.#pending.keys().next().value;
    const named = error.clientMessageId ?? (ABOUT_MY_MESSAGE.has(error.code) ? oldest : undefined);
    const message = named === undefined ? undefined : this.#pending.get(named);
    if (message) this.#reject(message, error);
  }

  #reject({ clientMessageId, text }: PendingText, error: ServerFrameOf<"error">): void {
    this.#pending.delete(clientMessageId);
    this.emit("rejected", { clientMessageId, text, error });
  }

  #sendPending(clientMessageId: string): void {
    const message = this.#pending.get(clientMessageId);
    if (!message) return;
    message.sends += 1;
    if (message.sends > SENDS_PER_TEXT) {
      const text = "This message could not be delivered. Shorten or reword it, then send it again.";
      this.#reject(message, { type: "error", code: "UNDELIVERABLE", message: text, recoverable: true });
    } else {
      this.#send({ type: "text_input", text: message.text, clientMessageId });
    }
  }

  /** For the speaker only: a listener would be refused. */
  #speak(frame: ClientFrame): boolean {
    return this.#role === "speaker" && this.#send(frame);
  }

  #send(frame: ClientFrame): boolean {
    return this.#ready && this.#line !== null && this.#line.send(frame);
  }

  /** Something arrived: the connection lives. */
  #beat(): void {
    this.#clear("dead");
    if (this.#line?.beatsItself) return;
    this.#after("ping", this.#heartbeat.everyMs, () => this.#ping());
  }

  #ping(): void {
    if (this.#line?.beatsItself) return;
    this.#send({ type: "ping" });
    this.#after("dead", this.#heartbeat.deadAfterMs, () => this.#abandon());
  }

  /** The socket does not answer. A close handshake would wait for the same silence, so it is let go at once. */
  #abandon(): void {
    this.#learnFrom(BROKEN);
    this.#drop();
    this.#retry();
  }

  #closed(code: number): void {
    this.#learnFrom(code);
    this.#drop();
    const final = FINAL_CLOSES.get(code);
    // Whoever was taken over must not take back by itself: two tabs would throw each other out for ever.
    const crowdedOut = code === TAKEN_OVER && this.#role === "listener";
    if (code === TAKEN_OVER) this.#role = "listener";
    if (final) this.#finish(final);
    else this.#retry(crowdedOut ? CROWDED_OUT_MS : 0);
  }

  /**
   * A line that came to nothing says something about the way. Sockets that never got a greeting are what a proxy makes of
   * them: then we go by events. Should those come to nothing too, it was not the sockets.
   */
  #learnFrom(code: number): void {
    if (this.#ready || code >= FIRST_OWN_CODE || (this.#options.transport ?? "auto") !== "auto") return;
    this.#failedSockets = this.#byEvents ? FAILED_SOCKETS - 1 : this.#failedSockets + 1;
    this.#byEvents = this.#failedSockets >= FAILED_SOCKETS;
  }

  #retry(atLeastMs = 0): void {
    this.#attempt += 1;
    const retryInMs = Math.max(atLeastMs, backoffDelay(this.#options.backoff ?? defaultBackoff, this.#attempt));
    this.#become({ phase: "waiting", attempt: this.#attempt, retryInMs });
    this.#after("retry", retryInMs, () => void this.#open());
  }

  #finish(reason: CloseReason, error?: MentoraError): void {
    this.#drop();
    this.#become(error ? { phase: "closed", reason, error } : { phase: "closed", reason });
  }

  /** Lets the line go, whatever its state, and forgets what belonged to it. */
  #drop(): void {
    for (const name of [...this.#timers.keys()]) this.#clear(name);
    const line = this.#line;
    this.#line = null;
    this.#ready = false;
    this.#catchingUp = false;
    line?.hangUp();
    if (this.#utterance) this.emit("utterance_cut", { clientMessageId: this.#utterance });
    this.#utterance = null;
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.emit("state", state);
  }

  #after(name: "retry" | "ping" | "dead" | "stable", ms: number, act: () => void): void {
    this.#clear(name);
    this.#timers.set(name, setTimeout(act, ms));
  }

  #clear(name: "retry" | "ping" | "dead" | "stable"): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

function parse(text: string): ServerFrame | null {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}

function asMentoraError(error: unknown): MentoraError {
  if (error instanceof MentoraError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new MentoraError({ code: "NETWORK", status: 400, message, cause: error });
}

function reasonOf({ status, code }: MentoraError): CloseReason {
  if (code === "CONVERSATION_CLOSED") return "ended";
  if (status === 401) return "unauthenticated";
  if (status === 403) return "forbidden";
  if (status === 404) return "not_found";
  return "refused";
}
