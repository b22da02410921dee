import type { ServerFrame, Turn } from "mentora-api";
import { describe, expect, it } from "vitest";
import {
  addText,
  addUtterance,
  apply,
  emptyTranscript,
  endUtterance,
  settled,
  store,
  type Transcript,
  withdraw,
} from "../src/lib/dialogue/transcript.ts";

function turn(id: string, index: number, text: string, more: Partial<Turn> = {}): Turn {
  const speaker = index % 2 === 0 ? "student" : "tutor";
  return { id, index, speaker, type: "idea", modality: "text", text, truncated: false, createdAt: 0, ...more };
}

function play(...frames: ServerFrame[]): Transcript {
  const transcript = emptyTranscript();
  for (const frame of frames) apply(transcript, frame);
  return transcript;
}

/** The conversation as one reads it. */
const read = ({ lines }: Transcript) => lines.map(({ speaker, text, status }) => `${speaker} ${status}: ${text}`);

const exchange: ServerFrame[] = [
  { type: "turn_stored", seq: 1, turn: turn("s1", 0, "Zoos are cruel.", { clientMessageId: "m1" }) },
  { type: "decision", seq: 2, turnId: "s1", strategy: "clarify", reason: "“cruel” is vague" },
  { type: "ai_response_start", seq: 3, turnId: "t1", strategy: "clarify" },
  { type: "ai_text_chunk", seq: 4, turnId: "t1", text: "What is " },
  { type: "ai_text_chunk", seq: 5, turnId: "t1", text: "cruel?" },
  { type: "ai_response_end", seq: 6, turn: turn("t1", 1, "What is cruel?") },
];

describe("a typed exchange", () => {
  it("shows the text at once, then the answer as it arrives, each with its move", () => {
    const transcript = emptyTranscript();
    addText(transcript, "m1", "Zoos are cruel.");
    expect(read(transcript)).toEqual(["student sending: Zoos are cruel."]);
    for (const frame of exchange.slice(0, 2)) apply(transcript, frame);
    expect(transcript.thinking).toBe(true);
    for (const frame of exchange.slice(2, 4)) apply(transcript, frame);
    expect(transcript.thinking).toBe(false);
    expect(read(transcript)).toEqual(["student stored: Zoos are cruel.", "tutor streaming: What is "]);
    for (const frame of exchange.slice(4)) apply(transcript, frame);
    expect(read(transcript)).toEqual(["student stored: Zoos are cruel.", "tutor stored: What is cruel?"]);
    expect(transcript.lines[1]).toMatchObject({ strategy: "clarify", reason: "“cruel” is vague" });
    expect(settled(transcript)).toBe(true);
  });

  it("reads the same after a reload: stored turns first, then every event once more", () => {
    const transcript = emptyTranscript();
    store(transcript, turn("s1", 0, "Zoos are cruel.", { clientMessageId: "m1" }));
    store(transcript, turn("t1", 1, "What is cruel?"));
    for (const frame of exchange) apply(transcript, frame);
    expect(read(transcript)).toEqual(read(play(...exchange)));
    expect(transcript.lines[1]).toMatchObject({ strategy: "clarify", reason: "“cruel” is vague" });
    expect(transcript.thinking).toBe(false);
  });

  it("finds the move of an old tutor turn in the analysis of the student turn before it", () => {
    const transcript = emptyTranscript();
    store(transcript, turn("s1", 0, "x", { analysis: { strategy: "challenge", reason: "no evidence" } }));
    store(transcript, turn("t1", 1, "Why?"));
    expect(transcript.lines[1]).toMatchObject({ strategy: "challenge", reason: "no evidence" });
  });

  it("keeps a text that waits behind the answer that is still coming", () => {
    const transcript = play(...exchange.slice(0, 4));
    addText(transcript, "m2", "Wait.");
    apply(transcript, exchange[5] as ServerFrame);
    expect(read(transcript).at(-1)).toBe("student sending: Wait.");
    expect(settled(transcript)).toBe(false);
  });

  it("takes back a text that was refused, never one that is stored", () => {
    const transcript = play(...exchange);
    addText(transcript, "m2", "Refused.");
    withdraw(transcript, "m2");
    withdraw(transcript, "m1");
    expect(read(transcript)).toEqual(read(play(...exchange)));
  });
});

describe("a spoken exchange", () => {
  const said = (text: string, isFinal = false): ServerFrame => ({
    type: "transcription",
    turnId: "s1",
    speaker: "student",
    text,
    isFinal,
  });

  it("writes down what is said while it is said, whether pieces or the whole come", () => {
    for (const pieces of [
      ["I ", "think so"],
      ["I ", "I think so"],
    ]) {
      const transcript = emptyTranscript();
      addUtterance(transcript, "u1");
      for (const piece of pieces) apply(transcript, said(piece));
      expect(read(transcript)).toEqual(["student speaking: I think so"]);
      endUtterance(transcript, "u1");
      apply(transcript, {
        type: "turn_stored",
        turn: turn("s1", 0, "I think so.", { modality: "voice", clientMessageId: "u1" }),
      });
      expect(read(transcript)).toEqual(["student stored: I think so."]);
    }
  });

  it("stands before its answer even when it is written down after the answer began", () => {
    const transcript = play(
      { type: "ai_response_start", turnId: "t1", strategy: "continue" },
      { type: "ai_text_chunk", turnId: "t1", text: "Go on" },
      said("Late words", true),
      { type: "turn_stored", turn: turn("s1", 0, "Late words.", { modality: "voice" }) },
    );
    expect(read(transcript)).toEqual(["student stored: Late words.", "tutor streaming: Go on"]);
    expect(transcript.thinking).toBe(false);
  });
});

describe("breaking in", () => {
  const broken = [...exchange.slice(0, 5), { type: "interrupted", turnId: "t1", heardMs: 700 }] satisfies ServerFrame[];

  it("stops the answer where it is, and lets nothing more be added", () => {
    const transcript = play(...broken, { type: "ai_text_chunk", turnId: "t1", text: " TAIL" });
    expect(transcript.lines[1]).toMatchObject({
      status: "stopped",
      truncated: true,
      heardMs: 700,
      text: "What is cruel?",
    });
  });

  it("keeps what was heard as said, and the rest apart", () => {
    const end = turn("t1", 1, "What is", { truncated: true, heardMs: 700, generatedText: "What is cruel?" });
    const transcript = play(...broken, { type: "ai_response_end", turn: end });
    expect(transcript.lines[1]).toMatchObject({ status: "stored", text: "What is", unheard: "cruel?", heardMs: 700 });
  });

  it("keeps the stopped answer in its place when the next turn is stored first", () => {
    const transcript = play(...broken, { type: "turn_stored", turn: turn("s2", 2, "No, wait.") });
    expect(read(transcript).at(-1)).toBe("student stored: No, wait.");
  });
});

describe("what goes wrong", () => {
  it("drops an answer that never came when it is begun again as another turn", () => {
    const transcript = play(...exchange.slice(0, 3), {
      type: "error",
      code: "UPSTREAM_UNAVAILABLE",
      message: "The tutor went away.",
      recoverable: true,
    });
    expect(transcript.fault?.code).toBe("UPSTREAM_UNAVAILABLE");
    apply(transcript, { type: "ai_response_start", turnId: "t1b", strategy: "clarify" });
    expect(read(transcript)).toEqual(["student stored: Zoos are cruel.", "tutor streaming: "]);
    expect(transcript.fault).toBeNull();
  });

  it("goes on waiting while the server itself tries again", () => {
    const again = {
      type: "error",
      code: "UPSTREAM_UNAVAILABLE",
      message: "",
      recoverable: true,
      retryInMs: 500,
    } as const;
    const transcript = play(...exchange.slice(0, 2), again);
    expect(transcript).toMatchObject({ thinking: true, fault: null });
  });

  it("knows when its time is over, until it has ended", () => {
    const warned = { type: "state_change", state: "awaiting_followup", endsAt: 2_700_000 } as const;
    expect(play(...exchange, warned)).toMatchObject({ endsAt: 2_700_000 });
    expect(play(...exchange, warned, { type: "state_change", state: "adding_counterpoint" }).endsAt).toBe(2_700_000);
    expect(play(...exchange, warned, { type: "state_change", state: "closed" }).endsAt).toBeNull();
  });

  it("ends with its reason and its summary", () => {
    const transcript = play(...exchange, {
      type: "conversation_ended",
      reason: "student_ended",
      summary: "You argued.",
    });
    expect(transcript).toMatchObject({ state: "closed", ended: { reason: "student_ended", summary: "You argued." } });
  });
});
