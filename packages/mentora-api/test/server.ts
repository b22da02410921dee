/** A scripted Mentora server on a free port of loopback: it gives tickets and says on the socket what the test tells it to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

export interface Connection {
  socket: WebSocket;
  query: URLSearchParams;
  ticket: string | undefined;
  /** JSON frames and binary chunks, in the order they came. */
  received: (Record<string, unknown> | Buffer)[];
  say(frame: Record<string, unknown>): void;
}

/** A response of server-sent events. */
export interface Feed {
  query: URLSearchParams;
  say(frame: Record<string, unknown>): void;
  /** Says when to come back, and ends. */
  sendAway(retryMs: number): void;
  end(code: number): void;
  break(): void;
  readonly isOpen: boolean;
}

type Answer = { status: number; body?: unknown; headers?: Record<string, string> };

export class ScriptedServer {
  readonly connections: Connection[] = [];
  readonly requests: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  /** Answers for requests to come, first in, first out; tickets are given when it is empty. */
  readonly answers: Answer[] = [];
  answersPings = true;
  /** A proxy that lets no WebSocket through. */
  refusesSockets = false;
  /** Nor any server-sent events. */
  refusesFeeds = false;
  readonly feeds: Feed[] = [];
  /** Frames that came by POST, a list for each request. */
  readonly posts: Record<string, unknown>[][] = [];
  /** What becomes of a frame that came by POST. */
  judge: (frame: Record<string, unknown>) => { code: string; message: string } | null = () => null;
  /** What a connection is greeted with. */
  greet: (connection: Connection) => void = (connection) => connection.say({ ...connected });
  readonly #http: Server;
  #tickets = 0;

  private constructor() {
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "mentora.v1" });
    this.#http = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        this.requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
        if (request.headers.accept === "text/event-stream") return this.#feed(request, response);
        if (request.url?.endsWith("/stream/messages") && this.answers.length === 0) {
          this.answers.push({ status: 202, body: { results: this.#take(JSON.parse(body)) } });
        }
        const ticket: Answer = { status: 201, body: { ticket: `t${++this.#tickets}`, expiresAt: Date.now() + 60_000 } };
        const answer = this.answers.shift() ?? ticket;
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
      });
    });
    this.#http.on("upgrade", (request, socket, head) => {
      if (this.refusesSockets) return void socket.destroy();
      sockets.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, request));
    });
  }

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await new Promise<void>((ready) => server.#http.listen(0, "127.0.0.1", ready));
    return server;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.connections) socket.terminate();
    this.#http.closeAllConnections();
    await new Promise((stopped) => this.#http.close(stopped));
  }

  #take(frames: Record<string, unknown>[]): unknown[] {
    this.posts.push(frames);
    return frames.map((frame) => {
      const error = this.judge(frame);
      return { accepted: !error, clientMessageId: frame.clientMessageId, ...(error && { error }) };
    });
  }

  #feed(request: IncomingMessage, response: ServerResponse): void {
    if (this.refusesFeeds) return void response.destroy();
    response.writeHead(200, { "content-type": "text/event-stream" });
    const write = (type: string, data: unknown) => response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
    const feed: Feed = {
      query: new URL(request.url ?? "/", "http://x").searchParams,
      say: (frame) => void write(String(frame.type), frame),
      sendAway: (retryMs) => void response.end(`retry: ${retryMs}\n\n`),
      end: (code) => {
        write("closed", { type: "closed", code, reason: "x" });
        response.end();
      },
      break: () => void response.destroy(),
      get isOpen() {
        return !response.destroyed && !response.writableEnded;
      },
    };
    this.feeds.push(feed);
    feed.say({ ...connected });
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(/,\s*/);
    const connection: Connection = {
      socket,
      query: new URL(request.url ?? "/", "http://x").searchParams,
      ticket: protocols.find((name) => name.startsWith("ticket."))?.slice("ticket.".length),
      received: [],
      say: (frame) => socket.send(JSON.stringify(frame)),
    };
    this.connections.push(connection);
    socket.on("message", (data: Buffer, isBinary) => {
      const frame = isBinary ? data : (JSON.parse(data.toString()) as Record<string, unknown>);
      connection.received.push(frame);
      if (!isBinary && data.toString() === '{"type":"ping"}' && this.answersPings) connection.say({ type: "pong" });
    });
    this.greet(connection);
  }
}

export const connected = {
  type: "connected",
  conversationId: "c1",
  sessionId: "s1",
  role: "speaker",
  state: "awaiting_idea",
  session: "active",
  cursor: 0,
  audio: { inputSampleRate: 16000, outputSampleRate: 24000, encoding: "pcm" },
};

/** Polls, so that a test waits no longer than it must and fails with what it waited for. */
export async function until<T>(what: string, look: () => T | undefined | false | null): Promise<T> {
  const deadline = Date.now() + 3_000;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((later) => setTimeout(later, 5));
  }
}
