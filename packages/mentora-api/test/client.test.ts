import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MentoraClient, MentoraError } from "../src/index.ts";
import { ScriptedServer } from "./server.ts";

let server: ScriptedServer;
beforeEach(async () => {
  server = await ScriptedServer.start();
});
afterEach(() => server.stop());

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error: MentoraError) => error,
  );

describe("the client", () => {
  it("sends the token, the query and the body where the contract wants them", async () => {
    const client = new MentoraClient({ baseUrl: `${server.baseUrl}/`, token: () => "abc" });
    server.answers.push({ status: 200, body: { items: [], nextCursor: null } }, { status: 201, body: { id: "c1" } });
    await client.assignments.list({ courseId: "a b", limit: 5 });
    await client.conversations.create("as1");
    expect(server.requests[0]).toMatchObject({ method: "GET", url: "/api/assignments?courseId=a+b&limit=5" });
    expect(server.requests[0]?.headers.authorization).toBe("Bearer abc");
    expect(server.requests[1]).toMatchObject({
      method: "POST",
      url: "/api/conversations",
      body: '{"assignmentId":"as1"}',
    });
    expect(server.requests[1]?.headers["content-type"]).toBe("application/json");
  });

  it("sends no token to the addresses that need none", async () => {
    server.answers.push({ status: 200, body: { environment: "local" } });
    await new MentoraClient({ baseUrl: server.baseUrl, token: () => "abc" }).config();
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("escapes ids", async () => {
    server.answers.push({ status: 200, body: {} });
    await new MentoraClient({ baseUrl: server.baseUrl }).courses.get("../admin");
    expect(server.requests[0]?.url).toBe("/api/courses/..%2Fadmin");
  });

  it("turns the contract's error body into a typed error", async () => {
    const details = { requiredMicros: 900, availableMicros: 10, walletId: "w" };
    const error = { code: "INSUFFICIENT_CREDITS", message: "Not enough credit.", details, requestId: "r7" };
    server.answers.push({ status: 402, body: { error } });
    const thrown = await caught(new MentoraClient({ baseUrl: server.baseUrl }).conversations.create("a"));
    expect(thrown).toBeInstanceOf(MentoraError);
    expect(thrown).toMatchObject({ ...error, status: 402, retryable: false });
  });

  it("says something sensible when a proxy answers in its own words", async () => {
    server.answers.push({ status: 502, body: "<html>Bad gateway</html>" });
    const thrown = await caught(new MentoraClient({ baseUrl: server.baseUrl }).courses.list());
    expect(thrown).toMatchObject({ code: "BAD_RESPONSE", status: 502, retryable: true });
  });

  it("renews an expired token once, and only once", async () => {
    const expired = { status: 401, body: { error: { code: "TOKEN_EXPIRED", message: "Expired." } } };
    const asks: boolean[] = [];
    const client = new MentoraClient({
      baseUrl: server.baseUrl,
      token: ({ refresh }) => {
        asks.push(refresh);
        return refresh ? "fresh" : "stale";
      },
    });
    server.answers.push(expired, { status: 200, body: { items: [] } });
    await client.courses.list();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer stale", "Bearer fresh"]);
    server.answers.push(expired, expired);
    expect(await caught(client.courses.list())).toMatchObject({ code: "TOKEN_EXPIRED" });
    expect(asks).toEqual([false, true, false, true]);
  });

  it("tells an unreachable server from a slow one", async () => {
    const slow: typeof fetch = (_url, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
    const silent = new MentoraClient({ baseUrl: server.baseUrl, timeoutMs: 30, fetch: slow });
    expect(await caught(silent.courses.list())).toMatchObject({ code: "TIMEOUT", status: 0, retryable: true });
    const nobody = new MentoraClient({ baseUrl: "http://127.0.0.1:1" });
    expect(await caught(nobody.courses.list())).toMatchObject({ code: "NETWORK", status: 0, retryable: true });
  });
});
