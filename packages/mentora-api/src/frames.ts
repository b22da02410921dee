/** What travels over the conversation's socket. `Seq` orders the server's events per conversation and is the resume cursor. */
import type { ConversationState, EndReason, Millis, Micros, Speaker, Strategy, TokenUsage, Turn } from "./types.ts";

export type Seq = number;

export type SessionState = "connecting" | "active" | "user_speaking" | "ai_responding" | "paused" | "error" | "closed";

export type StreamRole = "speaker" | "listener";

export type ClientFrame =
  | { type: "hello"; cursor: Seq }
  | { type: "text_input"; text: string; clientMessageId: string }
  | { type: "audio_start"; config: AudioConfig; clientMessageId: string }
  | { type: "audio_chunk"; data: string; sequenceNumber?: number }
  | { type: "audio_end" }
  | { type: "end_turn" }
  | { type: "interrupt"; heardMs?: number }
  | { type: "playback"; turnId: string; heardMs: number }
  | { type: "stop"; reason?: string }
  | { type: "ping"; received?: number };

export interface AudioConfig {
  sampleRate: number;
  encoding: "pcm";
  channels: 1;
  /** `manual` when absent. */
  turnTaking?: TurnTaking;
}

/**
 * Who says when the student has finished: the student, by `audio_end`; or the model, by listening, over several turns,
 * until `audio_end` closes the microphone. The later turns of one microphone bear the ids `{clientMessageId}.2` and so on.
 */
export type TurnTaking = "manual" | "automatic";

/** `seq` is absent on frames private to one connection: `connected`, `pong`, audio, and errors about one's own frame. */
interface Event<T extends string> {
  type: T;
  seq?: Seq;
}

/** The first frame of a connection, and again when its role changes. */
export interface Connected extends Event<"connected"> {
  conversationId: string;
  sessionId: string;
  role: StreamRole;
  state: ConversationState;
  session: SessionState;
  /** The newest event. */
  cursor: Seq;
  /** Events from here on follow. */
  replayFrom?: Seq | null;
  balanceMicros?: Micros | null;
  audio?: { inputSampleRate: number; outputSampleRate: number; encoding: string };
}
export interface SessionStateChanged extends Event<"session_state"> {
  session: SessionState;
}
export interface TurnStored extends Event<"turn_stored"> {
  turn: Turn;
}
export interface Decided extends Event<"decision"> {
  /** The student's turn that was judged. */
  turnId: string;
  strategy: Strategy;
  reason: string;
}
export interface Transcription extends Event<"transcription"> {
  turnId: string;
  speaker: Speaker;
  /** All of it so far. */
  text: string;
  isFinal: boolean;
}
export interface AiResponseStart extends Event<"ai_response_start"> {
  turnId: string;
  /** By which binary audio names the turn. */
  turnIndex?: number | null;
  strategy?: Strategy | null;
}
export interface AiTextChunk extends Event<"ai_text_chunk"> {
  turnId: string;
  text: string;
}
export interface AiAudioChunk extends Event<"ai_audio_chunk"> {
  turnId: string;
  data: string;
}
export interface Interrupted extends Event<"interrupted"> {
  turnId: string;
  heardMs?: number | null;
}
export interface AiResponseEnd extends Event<"ai_response_end"> {
  turn: Turn;
}
export interface TokensUsed extends Event<"token_usage"> {
  turnId: string;
  input: TokenUsage["input"];
  output: TokenUsage["output"];
  costMicros: Micros;
  totalCostMicros: Micros;
  nextTurnEstimateMicros: Micros;
}
export interface Credits extends Event<"credits"> {
  walletId: string;
  balanceMicros: Micros;
  low: boolean;
}
export interface StateChange extends Event<"state_change"> {
  state: ConversationState;
  reason?: string | null;
  /** When the time of the conversation is over; told once, when little of it is left. */
  endsAt?: Millis | null;
}
export interface PendingResponse extends Event<"pending_response"> {
  dueAt: Millis;
}
export interface ConversationEnded extends Event<"conversation_ended"> {
  reason: EndReason;
  summary?: string | null;
}
export interface StreamFault extends Event<"error"> {
  code: string;
  message: string;
  /** Whether the conversation can go on. */
  recoverable: boolean;
  /** Set while the server itself tries again. */
  retryInMs?: number | null;
  /** Set when the error is about one message of ours. */
  clientMessageId?: string | null;
}
export type Pong = Event<"pong">;

export type ServerFrame =
  | Connected
  | SessionStateChanged
  | TurnStored
  | Decided
  | Transcription
  | AiResponseStart
  | AiTextChunk
  | AiAudioChunk
  | Interrupted
  | AiResponseEnd
  | TokensUsed
  | Credits
  | StateChange
  | PendingResponse
  | ConversationEnded
  | StreamFault
  | Pong;

export type ServerFrameType = ServerFrame["type"];
export type ServerFrameOf<T extends ServerFrameType> = Extract<ServerFrame, { type: T }>;
