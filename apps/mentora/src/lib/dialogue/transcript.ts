/**
 * What the page knows of a conversation, built from its stored turns and from the stream's events. Pure: frames go in,
 * lines come out. Every event may come a second time after a reload, so each leaves alone what is already settled.
 */
import type { ConversationState, EndReason, ServerFrame, SessionState, Speaker, Strategy, Turn } from "mentora-api";

export type LineStatus =
  /** Typed, not yet stored. */
  | "sending"
  /** The student speaks, or has spoken and is being written down. */
  | "speaking"
  | "transcribing"
  /** The tutor's words are arriving. */
  | "streaming"
  /** Broken off; the stored turn is about to tell how much was heard. */
  | "stopped"
  | "stored";

export interface Line {
  /** Stays the same from the first sight of a line to the end. */
  key: string;
  turnId: string | null;
  /** Place in the conversation; null until stored. */
  index: number | null;
  clientMessageId: string | null;
  speaker: Speaker;
  spoken: boolean;
  text: string;
  unheard: string | null;
  status: LineStatus;
  truncated: boolean;
  heardMs: number | null;
  strategy: Strategy | null;
  reason: string | null;
}

export interface Transcript {
  lines: Line[];
  /** By the student's turn. */
  decisions: Record<string, { strategy: Strategy; reason: string }>;
  session: SessionState;
  state: ConversationState;
  /** The student has had the word, the tutor has not begun. */
  thinking: boolean;
  ended: { reason: EndReason | null; summary: string | null } | null;
  fault: { code: string; message: string } | null;
  dueAt: number | null;
  /** When the time of the conversation is over; told when little of it is left. */
  endsAt: number | null;
  credits: { balanceMicros: number; low: boolean } | null;
  costMicros: number;
}

export function emptyTranscript(): Transcript {
  return {
    lines: [],
    decisions: {},
    session: "connecting",
    state: "awaiting_idea",
    thinking: false,
    ended: null,
    fault: null,
    dueAt: null,
    endsAt: null,
    credits: null,
    costMicros: 0,
  };
}

export function apply(transcript: Transcript, frame: ServerFrame): void {
  switch (frame.type) {
    case "connected":
      transcript.session = frame.session;
      transcript.state = frame.state;
      break;
    case "session_state":
      transcript.session = frame.session;
      break;
    case "turn_stored":
      store(transcript, frame.turn);
      transcript.thinking = frame.turn.speaker === "student" && !answered(transcript, frame.turn);
      transcript.fault = null;
      break;
    case "decision":
      transcript.decisions[frame.turnId] = { strategy: frame.strategy, reason: frame.reason };
      labelMoves(transcript);
      break;
    case "transcription":
      transcribe(transcript, frame.turnId, frame.speaker, frame.text, frame.isFinal);
      break;
    case "ai_response_start":
      giveUpOthers(transcript, frame.turnId);
      tutorLine(transcript, frame.turnId, frame.strategy ?? null);
      transcript.thinking = false;
      transcript.dueAt = null;
      transcript.fault = null;
      labelMoves(transcript);
      break;
    case "ai_text_chunk": {
      const line = tutorLine(transcript, frame.turnId, null);
      if (line.status === "streaming") line.text += frame.text;
      transcript.thinking = false;
      break;
    }
    case "interrupted": {
      const line = lineOf(transcript, frame.turnId);
      if (line && line.status === "streaming") {
        line.status = "stopped";
        line.truncated = true;
        line.heardMs = frame.heardMs ?? null;
      }
      break;
    }
    case "ai_response_end":
      store(transcript, frame.turn);
      transcript.thinking = false;
      break;
    case "token_usage":
      transcript.costMicros = frame.totalCostMicros;
      break;
    case "credits":
      transcript.credits = { balanceMicros: frame.balanceMicros, low: frame.low };
      break;
    case "state_change":
      transcript.state = frame.state;
      // Any other change of state is no news about the time, but once it is opened again there is the whole time anew.
      if (frame.endsAt != null) transcript.endsAt = frame.endsAt;
      else if (frame.state === "closed") transcript.endsAt = null;
      break;
    case "pending_response":
      transcript.dueAt = frame.dueAt;
      transcript.thinking = false;
      break;
    case "conversation_ended":
      transcript.ended = { reason: frame.reason, summary: frame.summary ?? transcript.ended?.summary ?? null };
      transcript.state = "closed";
      transcript.thinking = false;
      transcript.fault = null;
      break;
    case "error":
      // While the server itself tries again there is nothing for the student to do but wait.
      if (frame.retryInMs != null) break;
      transcript.fault = { code: frame.code, message: frame.message };
      transcript.thinking = false;
      break;
    case "ai_audio_chunk":
    case "pong":
      break;
  }
}

/** A turn as the server keeps it: the last word on its line. */
export function store(transcript: Transcript, turn: Turn): void {
  const known = lineOf(transcript, turn.id) ?? lineSentAs(transcript, turn.clientMessageId);
  const line = known ?? blank(turn.id, turn.speaker);
  line.turnId = turn.id;
  line.index = turn.index;
  line.clientMessageId = turn.clientMessageId ?? line.clientMessageId;
  line.text = turn.text;
  line.unheard = rest(turn);
  line.spoken = turn.modality === "voice";
  line.status = "stored";
  line.truncated = turn.truncated;
  line.heardMs = turn.heardMs ?? null;
  if (turn.analysis?.strategy && turn.speaker === "tutor") {
    line.strategy = turn.analysis.strategy;
    line.reason = turn.analysis.reason ?? line.reason;
  } else if (turn.analysis?.strategy) {
    transcript.decisions[turn.id] = { strategy: turn.analysis.strategy, reason: turn.analysis.reason ?? "" };
  }
  if (!known) transcript.lines.push(line);
  order(transcript);
  labelMoves(transcript);
}

export function addText(transcript: Transcript, clientMessageId: string, text: string): void {
  if (lineSentAs(transcript, clientMessageId)) return;
  const line = { ...blank(clientMessageId, "student"), clientMessageId, text, status: "sending" as const };
  transcript.lines.push(line);
}

export function addUtterance(transcript: Transcript, clientMessageId: string): void {
  const line = { ...blank(clientMessageId, "student"), clientMessageId, spoken: true, status: "speaking" as const };
  transcript.lines.push(line);
}

export function endUtterance(transcript: Transcript, clientMessageId: string): void {
  const line = lineSentAs(transcript, clientMessageId);
  if (line?.status === "speaking") line.status = "transcribing";
}

/** Whether an utterance is under way that was begun by hand. */
export function isSpeaking(transcript: Transcript, clientMessageId: string): boolean {
  return lineSentAs(transcript, clientMessageId)?.status === "speaking";
}

/** Takes back a line that never became a turn, by the id that either side gave it. */
export function withdraw(transcript: Transcript, id: string): void {
  transcript.lines = transcript.lines.filter(
    (line) => (line.clientMessageId !== id && line.turnId !== id) || line.status === "stored",
  );
}

/** Something of the student's is on its way to becoming a turn. */
export function underway(transcript: Transcript): boolean {
  return transcript.lines.some(
    ({ status }) => status === "sending" || status === "speaking" || status === "transcribing",
  );
}

/** Nothing is under way, so a page that is loaded again need not hear anything before this point a second time. */
export function settled(transcript: Transcript): boolean {
  return !transcript.thinking && transcript.lines.every(({ status }) => status === "stored");
}

function transcribe(transcript: Transcript, turnId: string, speaker: Speaker, text: string, isFinal: boolean): void {
  const known = lineOf(transcript, turnId);
  if (known && (known.status === "stored" || known.status === "stopped")) return;
  if (speaker === "tutor") {
    // The tutor's words come as `ai_text_chunk`; its transcript is only a stand-in where they do not.
    if (known && !known.text) known.text = text;
    return;
  }
  const unnamed = transcript.lines.findLast(
    (line) => line.turnId === null && (line.status === "speaking" || line.status === "transcribing"),
  );
  const line =
    known ??
    unnamed ??
    insertBeforeAnswer(transcript, { ...blank(turnId, "student"), spoken: true, status: "speaking" });
  line.turnId = turnId;
  line.text = isFinal || text.startsWith(line.text) ? text : line.text + text;
  if (isFinal) line.status = "transcribing";
}

function tutorLine(transcript: Transcript, turnId: string, strategy: Strategy | null): Line {
  const known = lineOf(transcript, turnId);
  if (known) {
    known.strategy ??= strategy;
    return known;
  }
  transcript.lines.push({ ...blank(turnId, "tutor"), turnId, strategy, status: "streaming" });
  // Read it back: what was pushed into reactive state is watched, the literal is not.
  return transcript.lines[transcript.lines.length - 1] as Line;
}

/**
 * Stored lines by their place, and behind them what is under way in the order it began: a spoken turn is written down
 * late, when its answer may already be coming, and still belongs before that answer.
 */
function order(transcript: Transcript): void {
  let last = -1;
  const placed = transcript.lines.map((line) => {
    const place = line.index ?? (line.status === "stopped" ? last : Number.MAX_SAFE_INTEGER);
    if (line.index !== null) last = line.index;
    return { line, place };
  });
  const sorted = placed.sort((a, b) => a.place - b.place).map(({ line }) => line);
  if (sorted.some((line, at) => line !== transcript.lines[at])) transcript.lines = sorted;
}

/** The tutor says one thing at a time: an answer that never ended was lost on the way, and is begun again as another turn. */
function giveUpOthers(transcript: Transcript, turnId: string): void {
  const lost = (line: Line) => line.status === "streaming" && line.turnId !== turnId;
  transcript.lines = transcript.lines.filter((line) => !lost(line) || line.text);
  for (const line of transcript.lines) if (lost(line)) line.status = "stopped";
}

function insertBeforeAnswer(transcript: Transcript, line: Line): Line {
  const answer = transcript.lines.findIndex(({ status }) => status === "streaming");
  const at = answer === -1 ? transcript.lines.length : answer;
  transcript.lines.splice(at, 0, line);
  return transcript.lines[at] as Line;
}

/** A tutor's move answers the student's turn before it; the decision about that turn gives its name and reason. */
function labelMoves(transcript: Transcript): void {
  let decision: { strategy: Strategy; reason: string } | undefined;
  for (const line of transcript.lines) {
    if (line.speaker === "student") decision = line.turnId ? transcript.decisions[line.turnId] : undefined;
    else if (decision) {
      line.strategy ??= decision.strategy;
      if (line.strategy === decision.strategy) line.reason ??= decision.reason || null;
    }
  }
}

function answered(transcript: Transcript, turn: Turn): boolean {
  return transcript.lines.some(
    (line) =>
      line.speaker === "tutor" && (line.status === "streaming" || (line.index !== null && line.index > turn.index)),
  );
}

function lineOf(transcript: Transcript, turnId: string): Line | undefined {
  return transcript.lines.find((line) => line.turnId === turnId);
}

function lineSentAs(transcript: Transcript, clientMessageId: string | null | undefined): Line | undefined {
  return clientMessageId ? transcript.lines.find((line) => line.clientMessageId === clientMessageId) : undefined;
}

/** What had been generated beyond what was heard. */
function rest(turn: Turn): string | null {
  const all = turn.generatedText;
  if (!turn.truncated || !all || all.length <= turn.text.length) return null;
  return all.startsWith(turn.text) ? all.slice(turn.text.length).trim() || null : all;
}

function blank(key: string, speaker: Speaker): Line {
  return {
    key,
    turnId: null,
    index: null,
    clientMessageId: null,
    speaker,
    spoken: false,
    text: "",
    unheard: null,
    status: "stored",
    truncated: false,
    heardMs: null,
    strategy: null,
    reason: null,
  };
}
