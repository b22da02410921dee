/** The documents REST answers with. Times are ms since the epoch, money is integer micro-credits (1 credit = 1 US dollar). */

export type Millis = number;
export type Micros = number;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type Role = "instructor" | "ta" | "student" | "auditor";

export interface PublicConfig {
  environment: "local" | "staging" | "production";
  firebase: { projectId: string; apiKey?: string };
  features: { devSignIn: boolean };
  model: { live: string; offline: boolean };
  /** Micro-credits per million tokens of the Live model. */
  prices?: {
    version: string;
    textInMicros: number;
    audioInMicros: number;
    imageInMicros: number;
    textOutMicros: number;
    audioOutMicros: number;
  };
  version: string;
  commit: string;
}

export interface Course {
  id: string;
  title: string;
  code: string;
  ownerId: string;
  visibility: "public" | "unlisted" | "private";
  theme?: string | null;
  description?: string | null;
  isDemo?: boolean;
  /** The caller's own role in this course. */
  role?: Role | null;
  createdAt: Millis;
  updatedAt: Millis;
  etag?: string;
}

/** A person, as the person sees it. */
export interface Profile {
  uid: string;
  displayName: string;
  email: string;
  photoURL?: string | null;
  activeMode: "mentor" | "student";
  locale: string;
  notifications: { email: boolean; push: boolean };
  etag: string;
}

export interface ProfileChange {
  displayName?: string;
  photoURL?: string | null;
  activeMode?: "mentor" | "student";
  locale?: string;
  notifications?: { email?: boolean; push?: boolean };
}

export interface Wallet {
  walletId: string;
  ownerType: "user" | "course";
  /** What is in it, the held part included; less than nothing after a payment was taken back. */
  balanceMicros: number;
  /** What turns now under way may cost. */
  heldMicros: number;
  availableMicros: number;
  lowBalanceMicros: number;
  low: boolean;
}

export interface CourseWallet extends Wallet {
  spend: {
    since: Millis;
    totalMicros: number;
    days: { day: string; spentMicros: number; charges: number }[];
    students: { userId: string; spentMicros: number; charges: number }[];
    complete: boolean;
  };
  /** What the latest night found; none before the first. */
  reconciliation?: { day: string; at: Millis; drifts: unknown[] } | null;
}

export interface LedgerEntry {
  id: string;
  type: "topup" | "charge" | "refund" | "grant" | "adjust" | "dispute";
  /** Less than nothing when it goes. */
  amountMicros: number;
  balanceAfterMicros: number;
  reason?: string | null;
  scope: { courseId?: string; assignmentId?: string; conversationId?: string; turnId?: string };
  createdBy: string;
  createdAt: Millis;
}

export interface Checkout {
  /** A page of Stripe's. */
  url: string;
  sessionId: string;
}

export type Strategy = "clarify" | "challenge" | "devils_advocate" | "continue" | "conclude";

export interface Reference {
  type: string;
  title: string;
  url: string;
}

export interface AiConfig {
  persona: string;
  maxTurns: number;
  autoTerminate: boolean;
  responseDelayHours: number;
  voice?: string | null;
  language?: string | null;
  timeLimitMinutes?: number | null;
  allowStudentPromptEdit?: boolean;
  lockedPromptSections?: string[];
}

/** Sections of the prompt in a student's own words. */
export type PromptEdits = Partial<Record<"persona" | "speech" | "thinking", string>>;

export interface Assignment {
  id: string;
  courseId: string;
  topicId?: string | null;
  title: string;
  question?: string | null;
  /** What steers the tutor: empty for students. */
  prompt: string;
  mode: "instant" | "delayed";
  startAt: Millis;
  dueAt?: Millis | null;
  allowLate: boolean;
  allowResubmit: boolean;
  references?: Reference[];
  aiConfig?: AiConfig;
  createdAt: Millis;
  updatedAt: Millis;
  etag?: string;
}

export type ConversationState =
  | "awaiting_idea"
  | "adding_counterpoint"
  | "awaiting_followup"
  | "awaiting_delayed_response"
  | "adding_final_summary"
  | "closed";

export type EndReason =
  | "max_turns_reached"
  | "conclusion_reached"
  | "circular_argument"
  | "student_ended"
  | "instructor_ended"
  | "time_limit"
  | "out_of_credits"
  | "inactivity"
  | "error";

export type Speaker = "student" | "tutor";

export interface Analysis {
  stance?: string;
  strategy?: Strategy | null;
  reason?: string | null;
  features?: Record<string, unknown>;
}

export interface TokenUsage {
  input: { text: number; audio: number; image: number; cached: number };
  output: { text: number; audio: number; thoughts: number };
}

export interface Turn {
  id: string;
  index: number;
  speaker: Speaker;
  type: "topic" | "idea" | "counterpoint" | "followup" | "summary";
  modality: "text" | "voice";
  /** What was said. For a tutor turn that was broken into: what the student heard of it. */
  text: string;
  /** All that the tutor had generated, when that is more than `text`. */
  generatedText?: string | null;
  truncated: boolean;
  heardMs?: number | null;
  analysis?: Analysis | null;
  usage?: TokenUsage | null;
  costMicros?: Micros | null;
  /** From the end of the student's turn. `askedMs` without `openingMs` is the server's own share. */
  latency?: {
    askedMs?: number | null;
    openingMs?: number | null;
    firstTextMs?: number | null;
    firstAudioMs?: number | null;
    totalMs?: number | null;
  } | null;
  /** Echoed on the student's turns: the key under which the client sent them. */
  clientMessageId?: string | null;
  createdAt: Millis;
}

export interface Conversation {
  id: string;
  assignmentId: string;
  courseId: string;
  userId: string;
  state: ConversationState;
  endReason?: EndReason | null;
  /** Absent in lists. */
  turns?: Turn[];
  turnCount: number;
  costMicros?: Micros;
  summary?: string | null;
  promptEdits?: PromptEdits;
  startedAt: Millis;
  lastActionAt: Millis;
  closedAt?: Millis | null;
  /** Only in the answer of a creation: false when an open conversation was handed back. */
  created?: boolean;
}

export interface Ticket {
  ticket: string;
  expiresAt: Millis;
}
