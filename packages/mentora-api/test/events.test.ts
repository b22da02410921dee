import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";
import { type ConnectionState, type ConversationStream, MentoraClient, type StreamOptions } from "../src/index.ts";
import { EventReader } from "../src/sse.ts";
import { type Feed, ScriptedServer, until } from "./server.ts";

const WebSocket = NodeWebSocket as unknown as typeof globalThis.WebSocket;
const quick = { firstMs: 10, factor: 1, maxMs: 10 };

let server: ScriptedServer;
let stream: ConversationStream;
let states: ConnectionState[];

function start(options: Partial<StreamOptions> = {}): ConversationStream {
  const client = new MentoraClient({ baseUrl: server.baseUrl, token: () => "id-token" });
  stream = client.conversations.stream("c1", { WebSocket, backoff: quick, ...options });
  states = [];
  stream.on("state", (state) => states.push(state));
  stream.connect();
  return stream;
}

async function feed(n: number): Promise<Feed> {
  const found = await until(`feed ${n}`, () => server.feeds[n - 1]);
  await until("the stream is open", () => stream.state.phase === "open");
  return found;
}

const posted = () => server.posts.flat();
const storedAs = (clientMessageId: string, seq: number) => ({
  type: "turn_stored",
  seq,
  turn: { id: "turn", index: 0, speaker: "student", text: "x", clientMessageId },
});

beforeEach(async () => {
  server = await ScriptedServer.start();
});
afterEach(async () => {
  stream?.close();
  await server.stop();
});

describe("where no WebSocket gets through", () => {
  it("hears by events and speaks by POST, and nobody has to ask for it", async () => {
    server.refusesSockets = true;
    start({ cursor: 7, audio: "binary" });
    const first = await feed(1);
    expect(Object.fromEntries(first.query)).toEqual({ cursor: "7", role: "speaker", audio: "base64" });
    const events = server.requests.find(({ headers }) => headers.accept === "text/event-stream");
    expect(events?.headers.authorization).toBe("Bearer id-token");
    const acknowledged: string[] = [];
    stream.on("acknowledged", ({ clientMessageId }) => acknowledged.push(clientMessageId));
    stream.sendText("by post", "m1");
    await until("the text came", () => posted().length === 1);
    expect(posted()).toEqual([{ type: "text_input", text: "by post", clientMessageId: "m1" }]);
    expect(acknowledged).toEqual([]);
    first.say(storedAs("m1", 8));
    await until("it is acknowledged", () => acknowledged.length === 1);
    expect(stream.cursor).toBe(8);
  });

  it("goes back to the WebSocket when events come to nothing either", async () => {
    server.refusesSockets = true;
    server.refusesFeeds = true;
    start();
    await until("events were tried", () => server.requests.some(({ headers }) => headers.accept === "text/event-stream"));
    server.refusesSockets = false;
    await until("it is open", () => stream.state.phase === "open");
    expect(server.connections.length).toBe(1);
    expect(server.feeds).toHaveLength(0);
  });

  it("stays with a WebSocket that was greeted, however often it breaks", async () => {
    start();
    for (let n = 1; n <= 4; n += 1) {
      const connection = await until(`connection ${n}`, () => server.connections[n - 1]);
      await until("it is open", () => stream.state.phase === "open");
      connection.socket.terminate();
      await until("the break is noticed", () => stream.state.phase !== "open");
    }
    expect(server.feeds).toHaveLength(0);
  });

  it("is not tried where a WebSocket was asked for", async () => {
    server.refusesSockets = true;
    start({ transport: "websocket" });
    await until("a fourth attempt", () => states.filter(({ phase }) => phase === "connecting").length === 4);
    expect(server.feeds).toHaveLength(0);
  });
});

describe("events", () => {
  it("that end as planned are opened again with the cursor, and nobody notices", async () => {
    start({ transport: "events" });
    const first = await feed(1);
    first.say({ type: "session_state", session: "active", seq: 5 });
    await until("seq 5 is seen", () => stream.cursor === 5);
    first.sendAway(20);
    const second = await feed(2);
    expect(second.query.get("cursor")).toBe("5");
    await until("it is open again", () => states.length > 2);
    expect(states.map(({ phase }) => phase)).toEqual(["connecting", "open", "open"]);
  });

  it("that end while something is said are opened at once, whatever their advice", async () => {
    start({ transport: "events" });
    const first = await feed(1);
    await until("it is open", () => states.length > 1);
    stream.sendText("just before the end", "m0");
    first.sendAway(60_000);
    await feed(2);
  });

  it("that rest are opened at once when there is something to say", async () => {
    start({ transport: "events" });
    (await feed(1)).sendAway(60_000);
    await until("the end has come", () => !server.feeds[0]?.isOpen);
    await new Promise((later) => setTimeout(later, 30));
    stream.sendText("still here", "m1");
    await feed(2);
    // Over a new line, what is not known to be stored is said again, under its id.
    await until("the text came", () => posted().length > 0);
    expect(new Set(posted().map(({ clientMessageId }) => clientMessageId))).toEqual(new Set(["m1"]));
  });

  it("that break are opened again, and what was not stored is sent again under its id", async () => {
    start({ transport: "events" });
    const first = await feed(1);
    stream.sendText("once", "m1");
    await until("the text came", () => posted().length === 1);
    first.break();
    await feed(2);
    await until("the text came again", () => posted().length === 2);
    expect(posted().map(({ clientMessageId }) => clientMessageId)).toEqual(["m1", "m1"]);
  });

  it.each([
    [4003, "forbidden"],
    [4004, "not_found"],
    [4010, "ended"],
  ])("are over after the code %i", async (code, reason) => {
    start({ transport: "events" });
    (await feed(1)).end(code);
    await until("it is closed", () => stream.state.phase === "closed");
    expect(stream.state).toEqual({ phase: "closed", reason });
  });

  it("that fall silent are given up", async () => {
    const client = new MentoraClient({ baseUrl: server.baseUrl, token: () => "id-token" });
    const { EventsLine } = await import("../src/events.ts");
    const closes: number[] = [];
    const line = new EventsLine(
      { client, path: "/api/conversations/c1/stream", audio: "none", cursor: () => 0, role: () => "speaker", deadAfterMs: 30 },
      { text: () => {}, sound: () => {}, closed: (code) => closes.push(code) },
    );
    await until("it is given up", () => closes.length === 1);
    expect(closes).toEqual([1006]);
    expect(line.send({ type: "audio_end" })).toBe(false);
  });

  it("bring a refusal back to whoever wrote", async () => {
    server.judge = () => ({ code: "TURN_IN_PROGRESS", message: "Wait." });
    start({ transport: "events" });
    await feed(1);
    const rejected: string[] = [];
    stream.on("rejected", ({ clientMessageId, error }) => rejected.push(`${clientMessageId} ${error.message}`));
    stream.sendText("too early", "m1");
    await until("it is rejected", () => rejected.length === 1);
    expect(rejected).toEqual(["m1 Wait."]);
    expect(stream.pending).toEqual([]);
  });

  it("carry speech in few requests, in order, and its end at once", async () => {
    start({ transport: "events", audio: "base64" });
    await feed(1);
    stream.audioStart(16_000, "v1");
    for (let n = 0; n < 5; n += 1) stream.audioChunk(new Int16Array([n]));
    stream.audioEnd();
    await until("all came", () => posted().length === 7);
    const types = posted().map(({ type }) => type);
    expect(types).toEqual(["audio_start", ...Array(5).fill("audio_chunk"), "audio_end"]);
    expect(server.posts.length).toBeLessThanOrEqual(2);
  });
});

describe("a WebSocket", () => {
  it("is told now and then how much has come", async () => {
    start({ transport: "websocket" });
    const first = await until("connection 1", () => server.connections[0]);
    await until("it is open", () => stream.state.phase === "open");
    const text = "ä".repeat(1_000);
    for (let seq = 1; seq <= 140; seq += 1) first.say({ type: "ai_text_chunk", turnId: "t", text, seq });
    const ping = await until("it is told", () =>
      first.received.find((frame) => !Buffer.isBuffer(frame) && frame.type === "ping" && "received" in frame),
    );
    const { received } = ping as { received: number };
    expect(received).toBeGreaterThanOrEqual(256 * 1024);
    expect(received).toBeLessThan(256 * 1024 + 3_000);
  });
});

describe("the reader of events", () => {
  const text = 'retry: 3000\n\n: hello\n\nevent: a\nid: 1\ndata: {"x":1}\n\ndata: one\r\ndata: two\r\n\r\nevent: lost\n\n';
  it.each([1, 2, 3, 7, 1_000])("takes pieces of %i characters", (size) => {
    const reader = new EventReader();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...reader.read(text.slice(at, at + size)));
    expect(events).toEqual([
      { type: "a", data: '{"x":1}' },
      { type: "message", data: "one\ntwo" },
    ]);
    expect(reader.retryMs).toBe(3000);
  });
});
