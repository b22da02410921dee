import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";
import {
  type ConnectionState,
  type ConversationStream,
  MentoraClient,
  type ServerFrame,
  type StreamOptions,
} from "../src/index.ts";
import { type Connection, connected, ScriptedServer, until } from "./server.ts";

const WebSocket = NodeWebSocket as unknown as typeof globalThis.WebSocket;
const quick = { firstMs: 10, factor: 1, maxMs: 10 };

let server: ScriptedServer;
let stream: ConversationStream;
let frames: ServerFrame[];
let states: ConnectionState[];

function start(options: Partial<StreamOptions> = {}): ConversationStream {
  const client = new MentoraClient({ baseUrl: server.baseUrl, token: () => "id-token" });
  stream = client.conversations.stream("c1", { WebSocket, backoff: quick, ...options });
  frames = [];
  states = [];
  stream.on("frame", (frame) => frames.push(frame));
  stream.on("state", (state) => states.push(state));
  stream.connect();
  return stream;
}

/** The n-th connection the server has seen (1 is the first), once the client has taken its greeting in. */
async function connection(n: number): Promise<Connection> {
  const found = await until(`connection ${n}`, () => server.connections[n - 1]);
  await until("the stream is open", () => stream.state.phase === "open" && found.socket.readyState === 1);
  return found;
}

const studentTurn = (clientMessageId: string) => ({
  id: `turn-${clientMessageId}`,
  index: 0,
  speaker: "student",
  text: "x",
  clientMessageId,
});
const texts = (from: Connection) =>
  from.received.filter((frame) => !Buffer.isBuffer(frame) && frame.type === "text_input");

beforeEach(async () => {
  server = await ScriptedServer.start();
});
afterEach(async () => {
  stream?.close();
  await server.stop();
});

describe("connecting", () => {
  it("asks for a ticket with the token and shows it as a subprotocol", async () => {
    start({ cursor: 7, audio: "binary" });
    const first = await connection(1);
    expect(server.requests[0]).toMatchObject({ method: "POST", url: "/api/conversations/c1/stream/tickets" });
    expect(server.requests[0]?.headers.authorization).toBe("Bearer id-token");
    expect(first.ticket).toBe("t1");
    expect(Object.fromEntries(first.query)).toEqual({ cursor: "7", role: "speaker", audio: "binary" });
  });

  it("takes a new ticket and the last seq with it after a break", async () => {
    start();
    const first = await connection(1);
    first.say({ type: "session_state", session: "active", seq: 41 });
    await until("seq 41 is seen", () => stream.cursor === 41);
    first.socket.terminate();
    const second = await connection(2);
    expect(second.ticket).toBe("t2");
    expect(second.query.get("cursor")).toBe("41");
    expect(states.map(({ phase }) => phase)).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
  });

  it.each([
    [4001, "unauthenticated"],
    [4003, "forbidden"],
    [4004, "not_found"],
    [4010, "ended"],
  ])("is over after close code %i", async (code, reason) => {
    start();
    (await connection(1)).socket.close(code);
    await until("it is closed", () => stream.state.phase === "closed");
    expect(stream.state).toEqual({ phase: "closed", reason });
    await new Promise((later) => setTimeout(later, 60));
    expect(server.connections).toHaveLength(1);
  });

  it.each([1006, 1011, 4000, 4008, 4013, 4500])("comes back after close code %i", async (code) => {
    start();
    const first = await connection(1);
    if (code === 1006) first.socket.terminate();
    else first.socket.close(code);
    await connection(2);
  });

  it("learns within one connection that it only listens, and keeps its texts until it speaks again", async () => {
    start();
    const first = await connection(1);
    first.say({ ...connected, role: "listener" });
    await until("it listens", () => stream.state.phase === "open" && stream.state.role === "listener");
    stream.playback("t", 100);
    stream.interrupt();
    expect(stream.audioStart(16000)).toBeNull();
    stream.sendText("from the back row", "m1");
    stream.takeBack();
    const second = await connection(2);
    await until("the text", () => texts(second).length);
    expect(first.received).toEqual([]);
  });

  it("does not fight the tab that took over, and takes back when told to", async () => {
    start();
    (await connection(1)).socket.close(4009);
    const second = await connection(2);
    expect(second.query.get("role")).toBe("listener");
    stream.takeBack();
    const third = await connection(3);
    expect(third.query.get("role")).toBe("speaker");
  });

  it("is over when the ticket is refused, with the server's own words", async () => {
    server.answers.push({
      status: 404,
      body: { error: { code: "NOT_FOUND", message: "No such conversation.", requestId: "r1" } },
    });
    start();
    const closed = await until("it is closed", () => stream.state.phase === "closed" && stream.state);
    expect(closed).toMatchObject({ reason: "not_found", error: { code: "NOT_FOUND", requestId: "r1", status: 404 } });
  });

  it("asks again when the ticket could not be given just now, not before Retry-After", async () => {
    const error = { code: "RATE_LIMITED", message: "Too many." };
    server.answers.push({ status: 429, body: { error }, headers: { "retry-after": "0.2" } });
    const from = Date.now();
    start();
    await connection(1);
    expect(Date.now() - from).toBeGreaterThanOrEqual(190);
  });

  it("finds a socket that has gone silent and replaces it", async () => {
    server.answersPings = false;
    start({ heartbeat: { everyMs: 20, deadAfterMs: 40 } });
    const first = await connection(1);
    await until("a second connection", () => server.connections[1]);
    expect(first.received).toContainEqual({ type: "ping" });
  });

  it("stays on a socket that answers its pings", async () => {
    start({ heartbeat: { everyMs: 10, deadAfterMs: 40 } });
    const first = await connection(1);
    await until("five pings", () => first.received.length >= 5);
    expect(server.connections).toHaveLength(1);
  });

  it("opens nothing more once it was left", async () => {
    start();
    (await connection(1)).socket.terminate();
    await until("it waits", () => stream.state.phase === "waiting");
    stream.close();
    await new Promise((later) => setTimeout(later, 60));
    expect(server.connections).toHaveLength(1);
    expect(stream.state).toEqual({ phase: "closed", reason: "left" });
  });
});

describe("events", () => {
  it("hands on each seq once, however often the server repeats it", async () => {
    start();
    const first = await connection(1);
    for (const seq of [1, 2, 2, 1, 3]) first.say({ type: "ai_text_chunk", turnId: "t", text: `${seq}`, seq });
    await until("seq 3", () => stream.cursor === 3);
    first.socket.terminate();
    const second = await connection(2);
    for (const seq of [2, 3, 4]) second.say({ type: "ai_text_chunk", turnId: "t", text: `${seq}`, seq });
    await until("seq 4", () => stream.cursor === 4);
    const chunks = frames.filter((frame) => frame.type === "ai_text_chunk").map((frame) => frame.text);
    expect(chunks).toEqual(["1", "2", "3", "4"]);
  });

  it("hands on frames without a seq and leaves the cursor alone", async () => {
    start({ cursor: 9 });
    (await connection(1)).say({ type: "error", code: "BAD_FRAME", message: "That was no frame.", recoverable: true });
    await until("the error", () => frames.some(({ type }) => type === "error"));
    expect(stream.cursor).toBe(9);
  });

  it("fetches what a server that lost its memory never sent, without losing what comes meanwhile", async () => {
    start();
    const first = await connection(1);
    const chunk = (seq: number) => first.say({ type: "ai_text_chunk", turnId: "t", text: `${seq}`, seq });
    chunk(1);
    first.say({ ...connected, cursor: 4, replayFrom: 5 }); // woken: 2 to 4 are in its log only
    chunk(5);
    await until("it asks", () => first.received.length);
    expect(first.received).toEqual([{ type: "hello", cursor: 1 }]);
    first.say({ ...connected, cursor: 5, replayFrom: 2 });
    for (const seq of [2, 3, 4, 5, 6]) chunk(seq);
    await until("seq 6", () => stream.cursor === 6);
    const chunks = frames.filter((frame) => frame.type === "ai_text_chunk").map((frame) => frame.text);
    expect(chunks).toEqual(["1", "2", "3", "4", "5", "6"]);
  });

  it("tells when the server's log no longer reaches back to the cursor", async () => {
    server.greet = (connection) => connection.say({ ...connected, replayFrom: 50 });
    const gaps: unknown[] = [];
    start({ cursor: 10 }).on("gap", (gap) => gaps.push(gap));
    const first = await connection(1);
    await until("it asks", () => first.received.length);
    first.say({ ...connected, replayFrom: 50 });
    first.say({ type: "session_state", session: "active", seq: 50 });
    await until("it goes on", () => stream.cursor === 50);
    expect(gaps).toEqual([{ cursor: 10, from: 50 }]);
  });

  it("is not stopped by nonsense", async () => {
    start();
    const first = await connection(1);
    for (const nonsense of ["{", "null", "[]", '"x"']) first.socket.send(nonsense);
    first.socket.send(Buffer.from([1, 2, 3]));
    first.say({ type: "session_state", session: "active", seq: 1 });
    await until("the frame after it", () => stream.cursor === 1);
  });
});

describe("texts", () => {
  it("are sent again under the same id until they are stored", async () => {
    const acknowledged: unknown[] = [];
    start().on("acknowledged", (event) => acknowledged.push(event));
    const first = await connection(1);
    const id = stream.sendText("I think so.");
    await until("the text arrives", () => texts(first).length);
    first.socket.terminate();
    const second = await connection(2);
    await until("the text arrives again", () => texts(second).length);
    expect(texts(second)).toEqual([{ type: "text_input", text: "I think so.", clientMessageId: id }]);
    second.say({ type: "turn_stored", turn: studentTurn(id), seq: 1 });
    await until("it is stored", () => acknowledged.length);
    expect(acknowledged).toEqual([{ clientMessageId: id, turnId: `turn-${id}` }]);
    second.socket.terminate();
    const third = await connection(3);
    stream.sendText("Another.", "m2");
    await until("the next text", () => texts(third).length);
    expect(texts(third)).toEqual([{ type: "text_input", text: "Another.", clientMessageId: "m2" }]);
  });

  it("written while there is no connection leave in their order once there is one", async () => {
    start();
    stream.sendText("one", "m1");
    stream.sendText("two", "m2");
    const first = await connection(1);
    await until("both", () => texts(first).length === 2);
    expect(texts(first).map((frame) => (frame as { text: string }).text)).toEqual(["one", "two"]);
  });

  it("that the server refuses come back to the writer and are not sent again", async () => {
    const rejected: { clientMessageId: string; text: string }[] = [];
    start().on("rejected", (event) => rejected.push(event));
    const first = await connection(1);
    stream.sendText("x".repeat(20_001), "m1");
    await until("the text arrives", () => texts(first).length);
    first.say({ type: "error", code: "VALIDATION_ERROR", message: "Too long.", recoverable: true });
    await until("it comes back", () => rejected.length);
    expect(rejected[0]?.clientMessageId).toBe("m1");
    expect(stream.pending).toEqual([]);
  });

  it("that end every connection are given up", async () => {
    const rejected: { error: { code: string } }[] = [];
    server.greet = (connection) => {
      connection.socket.on("message", () => connection.socket.close(4000));
      connection.say({ ...connected });
    };
    start().on("rejected", (event) => rejected.push(event));
    stream.sendText("poison", "m1");
    await until("it is given up", () => rejected.length);
    expect(rejected[0]?.error.code).toBe("UNDELIVERABLE");
    expect(texts(server.connections[0] as Connection)).toHaveLength(1);
  });
});

describe("audio", () => {
  it("goes out as raw samples between start and end", async () => {
    start({ audio: "binary" });
    const first = await connection(1);
    stream.audioChunk(Int16Array.of(9)); // before the start: not sent
    const id = stream.audioStart(16000);
    stream.audioChunk(Int16Array.of(1, -2, 300));
    stream.audioEnd();
    await until("the end", () => first.received.length === 3);
    expect(first.received[0]).toEqual({
      type: "audio_start",
      config: { sampleRate: 16000, encoding: "pcm", channels: 1 },
      clientMessageId: id,
    });
    expect([...(first.received[1] as Buffer)]).toEqual([1, 0, 0xfe, 0xff, 0x2c, 1]);
    expect(first.received[2]).toEqual({ type: "audio_end" });
  });

  it("goes out hands-free until the server says that it listens no more", async () => {
    start({ audio: "binary" });
    const first = await connection(1);
    const id = stream.audioStart(16000, undefined, "automatic");
    stream.audioChunk(Int16Array.of(1));
    await until("the chunk", () => first.received.length === 2);
    expect(first.received[0]).toEqual({
      type: "audio_start",
      config: { sampleRate: 16000, encoding: "pcm", channels: 1, turnTaking: "automatic" },
      clientMessageId: id,
    });
    const fault = { type: "error", code: "VALIDATION_ERROR", message: "Nothing was heard.", recoverable: true };
    first.say({ ...fault, clientMessageId: `${id}.2` }); // about something else
    first.say({ type: "session_state", session: "active", seq: 1 });
    await until("the event", () => stream.cursor === 1);
    stream.audioChunk(Int16Array.of(2));
    first.say({ ...fault, clientMessageId: id });
    first.say({ type: "session_state", session: "paused", seq: 2 });
    await until("the event", () => stream.cursor === 2);
    stream.audioChunk(Int16Array.of(3));
    stream.audioEnd();
    stream.interrupt();
    await until("the interruption", () => first.received.length === 4);
    expect(first.received[2]).toEqual(Buffer.from([2, 0]));
    expect(first.received[3]).toEqual({ type: "interrupt" });
  });

  it("goes out as base64 where binary was not asked for", async () => {
    start({ audio: "base64" });
    const first = await connection(1);
    stream.audioStart(16000);
    stream.audioChunk(Int16Array.of(1, -2));
    await until("the chunk", () => first.received.length === 2);
    expect(first.received[1]).toEqual({
      type: "audio_chunk",
      data: Buffer.from([1, 0, 0xfe, 0xff]).toString("base64"),
    });
  });

  it("comes in with its turn and its place, in both shapes", async () => {
    const heard: unknown[] = [];
    start({ audio: "binary" }).on("audio", (audio) => heard.push(audio));
    const first = await connection(1);
    const binary = Buffer.from([3, 0, 0, 0, 0x90, 1, 0, 0, 5, 0, 0xff, 0xff]);
    first.socket.send(binary); // no turn yet: the tail of something broken off
    first.say({ type: "ai_response_start", turnId: "t3", turnIndex: 3, strategy: "clarify", seq: 1 });
    first.socket.send(Buffer.concat([Buffer.from([1]), binary.subarray(1)])); // of the turn before
    first.socket.send(binary);
    first.say({ type: "ai_audio_chunk", turnId: "t3", data: Buffer.from([7, 0]).toString("base64") });
    first.say({ type: "interrupted", turnId: "t3", heardMs: 400, seq: 2 });
    first.socket.send(binary);
    first.say({ type: "session_state", session: "active", seq: 3 });
    await until("all", () => stream.cursor === 3);
    expect(heard).toEqual([
      { turnId: "t3", turnIndex: 3, offsetMs: 400, samples: Int16Array.of(5, -1) },
      { turnId: "t3", turnIndex: null, offsetMs: null, samples: Int16Array.of(7) },
    ]);
  });

  it("tells when the connection broke in the middle of an utterance", async () => {
    const lost: unknown[] = [];
    start({ audio: "binary" }).on("utterance_cut", (event) => lost.push(event));
    const first = await connection(1);
    const clientMessageId = stream.audioStart(16000);
    first.socket.terminate();
    await until("the loss", () => lost.length);
    expect(lost).toEqual([{ clientMessageId }]);
    await connection(2);
    stream.audioChunk(Int16Array.of(1));
    stream.audioEnd();
    stream.interrupt(120.4);
    await until("the next frame", () => server.connections[1]?.received.length);
    expect(server.connections[1]?.received).toEqual([{ type: "interrupt", heardMs: 120 }]);
  });

  it("cannot be begun without a connection", () => {
    start();
    expect(stream.audioStart(16000)).toBeNull();
  });
});
