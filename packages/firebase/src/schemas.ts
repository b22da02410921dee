// Made of `schemas.json` by `npm run generate`: change the Rust types in `crates/core/src/documents` instead.

import { z } from 'zod';

import { text } from './text.ts';

/** The side of the desk that the app shows. It is a view, not a right: what somebody may do, the roster says. */
export const ActiveMode = z.enum(["mentor", "student"]).describe("The side of the desk that the app shows. It is a view, not a right: what somebody may do, the roster says.");
export type ActiveMode = z.infer<typeof ActiveMode>;

/** What reads the student's turns. */
export const Analyser = z.enum(["lexical", "gemini"]).describe("What reads the student's turns.");
export type Analyser = z.infer<typeof Analyser>;

/** One of the texts. */
export const MovePrompt = text(0, 2000).describe("One of the texts.");
export type MovePrompt = z.infer<typeof MovePrompt>;

/** A move of the tutor. */
export const Strategy = z.enum(["clarify", "challenge", "devils_advocate", "continue", "conclude"]).describe("A move of the tutor.");
export type Strategy = z.infer<typeof Strategy>;

/** Which moves the tutor may make. */
export const DialecticalConfig = z.looseObject({
  customPrompts: z.partialRecord(Strategy, MovePrompt).optional().describe("Guidance that replaces the built-in one of a move; each of 2,000 characters at most."),
  enabledStrategies: z.array(Strategy).optional().describe("The moves that may be chosen; continue and conclude always may."),
  strategyWeights: z.partialRecord(Strategy, z.number()).optional().describe("Factor on a move's score; 1 when absent."),
}).describe("Which moves the tutor may make.");
export type DialecticalConfig = z.infer<typeof DialecticalConfig>;

/** The rules of a dialogue. Every field has a default, so an assignment without one is a plain Socratic dialogue. */
export const AiConfig = z.looseObject({
  allowStudentPromptEdit: z.boolean().optional().describe("Whether students may write sections of the prompt themselves when they begin: `persona`, `speech`,\n`thinking`."),
  analyser: Analyser.optional().describe("What reads the student's turns."),
  autoTerminate: z.boolean().optional().describe("Whether it may end by its content."),
  customSystemPrompt: text(0, 20000).nullish().describe("Staff's own instructions, up to 20,000 characters; students never see them."),
  dialecticalConfig: DialecticalConfig.optional().describe("Which moves, how heavy, in which words."),
  language: text(2, 35).nullish().describe("BCP 47 language of the dialogue, 2 to 35 characters; the student's own when absent."),
  lockedPromptSections: z.array(z.enum(["question", "assignment", "background", "persona", "speech", "thinking", "limits", "guidance", "safety", "end", "instructions", "transcript"])).optional().describe("Sections of the prompt that students may not write even so."),
  maxTurns: z.int().min(1).max(200).optional().describe("Turns of the student after which the conversation ends, 1 to 200."),
  persona: z.string().optional().describe("The id of a built-in persona or one of the course."),
  responseDelayHours: z.number().min(0).max(720).optional().describe("Hours until the tutor answers, 0 to 720; 0 is at once."),
  timeLimitMinutes: z.int().min(1).max(1440).nullish().describe("Minutes after the student's first turn after which the conversation ends, 1 to 1,440."),
  voice: z.string().nullish().describe("The tutor's voice; the persona's when absent."),
}).describe("The rules of a dialogue. Every field has a default, so an assignment without one is a plain Socratic dialogue.");
export type AiConfig = z.infer<typeof AiConfig>;

/** A move that was not made. */
export const Alternative = z.looseObject({
  score: z.number().describe("How well it would have fitted; 1 is wholly."),
  strategy: Strategy.describe("The move."),
}).describe("A move that was not made.");
export type Alternative = z.infer<typeof Alternative>;

/** What is measured in a student's turn; each from 0 (absent) to 1. */
export const Features = z.looseObject({
  balance: z.number().optional().describe("How much it weighs one side against the other."),
  circularity: z.number().optional().describe("How much it says what two earlier turns of the student said."),
  claim: z.number().optional().describe("How much it takes a position."),
  closure: z.number().optional().describe("How much it sums up or wants to stop."),
  concession: z.number().optional().describe("How much it gives a point to the other side."),
  confidence: z.number().optional().describe("How far the words could be read: 0 in a language without a lexicon, and then all else but the similarities is 0."),
  distress: z.number().optional().describe("How much the student may be upset or in danger."),
  evidence: z.number().optional().describe("How much reason and evidence it gives."),
  hearsay: z.number().optional().describe("How much of the ground is hearsay, or the claim again."),
  oneSidedness: z.number().optional().describe("How much it looks at one side only, over the last turns."),
  overreach: z.number().optional().describe("How much it leaves no exception (\"always\", \"everyone\")."),
  question: z.number().optional().describe("How much it asks, or wants something of the tutor."),
  similarity: z.number().optional().describe("How much it says what one earlier turn of the student said."),
  stuck: z.number().optional().describe("How many of the last two turns of the student were vague as well."),
  vagueness: z.number().optional().describe("How unclear it is what is meant."),
}).describe("What is measured in a student's turn; each from 0 (absent) to 1.");
export type Features = z.infer<typeof Features>;

/** Where a student stands on the question. */
export const Stance = z.enum(["pro-strong", "pro-weak", "neutral", "con-weak", "con-strong", "undetermined"]).describe("Where a student stands on the question.");
export type Stance = z.infer<typeof Stance>;

/** What a turn was taken for. */
export const Analysis = z.looseObject({
  alternatives: z.array(Alternative).optional().describe("The other moves that were allowed, best first."),
  analyser: Analyser.nullish().describe("What has measured it."),
  analyserVersion: z.int().min(0).nullish().describe("Version of the word lists and of the rule by which the move follows from what was measured."),
  features: Features.nullish().describe("What was measured."),
  reason: z.string().nullish().describe("Why that move."),
  stance: Stance.nullish().describe("Where the student stands."),
  strategy: Strategy.nullish().describe("The move."),
}).describe("What a turn was taken for.");
export type Analysis = z.infer<typeof Analysis>;

/** A person: the `sub` of the Firebase ID token. */
export const UserId = z.string().regex(new RegExp("^[A-Za-z0-9_-]{1,128}$")).describe("A person: the `sub` of the Firebase ID token.");
export type UserId = z.infer<typeof UserId>;

/** A point in time, milliseconds since the Unix epoch. */
export const Millis = z.int().describe("A point in time, milliseconds since the Unix epoch.");
export type Millis = z.infer<typeof Millis>;

/** An announcement. */
export const Announcement = z.looseObject({
  authorId: UserId.describe("Who wrote it."),
  content: text(1, 2000).describe("What it says; 1 to 2,000 characters."),
  createdAt: Millis.describe("When the document was made, ms."),
  updatedAt: Millis.describe("When it was last changed, ms."),
}).describe("An announcement.");
export type Announcement = z.infer<typeof Announcement>;

/** A course. */
export const CourseId = z.string().regex(new RegExp("^[A-Za-z0-9_-]{1,128}$")).describe("A course.");
export type CourseId = z.infer<typeof CourseId>;

/** Whether the tutor answers at once. */
export const AssignmentMode = z.enum(["instant", "delayed"]).describe("Whether the tutor answers at once.");
export type AssignmentMode = z.infer<typeof AssignmentMode>;

/** Something to read before arguing. */
export const Reference = z.looseObject({
  title: text(1, 300).describe("1 to 300 characters."),
  type: text(1, 50).describe("What kind of thing it is, as `article` or `video`; 1 to 50 characters."),
  url: text(1, 2048).describe("Where it is; 1 to 2,048 characters."),
}).describe("Something to read before arguing.");
export type Reference = z.infer<typeof Reference>;

/** When students who have not begun are reminded. */
export const Reminder = z.looseObject({
  daysBeforeDue: z.int().min(0).max(365).describe("Days before it is due, 0 to 365."),
}).describe("When students who have not begun are reminded.");
export type Reminder = z.infer<typeof Reminder>;

/** A topic of a course. */
export const TopicId = z.string().regex(new RegExp("^[A-Za-z0-9_-]{1,128}$")).describe("A topic of a course.");
export type TopicId = z.infer<typeof TopicId>;

/** An assignment. */
export const Assignment = z.looseObject({
  aiConfig: AiConfig.optional().describe("The rules of the dialogue."),
  allowLate: z.boolean().optional().describe("Whether it may be worked on after it was due."),
  allowResubmit: z.boolean().optional().describe("Whether a student may begin again."),
  courseId: CourseId.describe("The course it belongs to."),
  createdAt: Millis.describe("When it was made, ms."),
  createdBy: UserId.describe("Who made it."),
  dueAt: Millis.nullish().describe("When it is due, ms; after it opens."),
  mode: AssignmentMode.optional().describe("Whether the tutor answers at once."),
  prompt: text(0, 50000).optional().describe("Background for the tutor; up to 50,000 characters."),
  question: text(0, 2000).nullish().describe("What is argued; up to 2,000 characters."),
  references: z.array(Reference).optional().describe("What there is to read."),
  reminders: z.array(Reminder).optional().describe("When students are reminded of it."),
  startAt: Millis.describe("When it opens, ms."),
  title: text(1, 300).describe("1 to 300 characters."),
  topicId: TopicId.nullish().describe("The topic it stands under."),
  updatedAt: Millis.describe("When it was last changed, ms."),
}).describe("An assignment.");
export type Assignment = z.infer<typeof Assignment>;

/** An assignment: the question that is argued. */
export const AssignmentId = z.string().regex(new RegExp("^[A-Za-z0-9_-]{1,128}$")).describe("An assignment: the question that is argued.");
export type AssignmentId = z.infer<typeof AssignmentId>;

/** How samples are written. */
export const AudioEncoding = z.enum(["pcm"]).describe("How samples are written.");
export type AudioEncoding = z.infer<typeof AudioEncoding>;

/** What is compared with a ledger. */
export const Comparison = z.enum(["balance", "usage", "payment", "refund"]).describe("What is compared with a ledger.");
export type Comparison = z.infer<typeof Comparison>;

/** A conversation between one student and the tutor about one assignment. */
export const ConversationId = z.string().regex(new RegExp("^[A-Za-z0-9_-]{1,128}$")).describe("A conversation between one student and the tutor about one assignment.");
export type ConversationId = z.infer<typeof ConversationId>;

/** An amount of money in micro-credits; signed, because a ledger entry may be. */
export const Micros = z.int().describe("An amount of money in micro-credits; signed, because a ledger entry may be.");
export type Micros = z.infer<typeof Micros>;

/** Why a conversation ended. */
export const EndReason = z.enum(["max_turns_reached", "conclusion_reached", "circular_argument", "student_ended", "instructor_ended", "time_limit", "out_of_credits", "inactivity", "error"]).describe("Why a conversation ended.");
export type EndReason = z.infer<typeof EndReason>;

/** Tokens by modality of one direction. */
export const TokenCounts = z.looseObject({
  audio: z.int().min(0).optional().describe("Audio tokens: 25 a second."),
  cached: z.int().min(0).optional().describe("Of the input, those served from cache; 0 for output."),
  image: z.int().min(0).optional().describe("Of the input, those of images and video; 0 for output."),
  text: z.int().min(0).optional().describe("Text tokens."),
  thoughts: z.int().min(0).optional().describe("Of the output, those the model thought with; 0 for input."),
}).describe("Tokens by modality of one direction.");
export type TokenCounts = z.infer<typeof TokenCounts>;

/** What one turn was metered at: the last report of the turn, never a sum of its reports. */
export const Usage = z.looseObject({
  input: TokenCounts.optional().describe("The whole context, which is billed again each turn."),
  output: TokenCounts.optional().describe("This turn's answer."),
}).describe("What one turn was metered at: the last report of the turn, never a sum of its reports.");
export type Usage = z.infer<typeof Usage>;

/** How often each word was said, by the stance of the turn; the commonest 100 of each. */
export const Words = z.looseObject({
  con: z.record(z.string(), z.int().min(0)).optional().describe("In turns against it."),
  neutral: z.record(z.string(), z.int().min(0)).optional().describe("In the others."),
  pro: z.record(z.string(), z.int().min(0)).optional().describe("In turns for it."),
}).describe("How often each word was said, by the stance of the turn; the commonest 100 of each.");
export type Words = z.infer<typeof Words>;

/** What one closed conversation adds to the statistics of its assignment. A document a conversation makes "counted once" a precondition. */
export const Contribution = z.looseObject({
  assignmentId: AssignmentId.describe("What was argued."),
  closedAt: Millis.describe("When it ended, ms."),
  conversationId: ConversationId.describe("The conversation."),
  costMicros: Micros.optional().describe("Cost over all turns, micro-credits."),
  courseId: CourseId.describe("The course of the assignment."),
  createdAt: Millis.describe("When the document was made, ms; with the end of the conversation."),
  durationMs: z.int().min(0).describe("Time from its first to its last turn, ms."),
  endReason: EndReason.nullish().describe("Why it ended."),
  expiredAt: Millis.nullish().describe("When the conversation was removed, because its course keeps none for longer, ms. What it adds stays counted."),
  finalStance: Stance.describe("Where the student stood at last."),
  initialStance: Stance.describe("Where the student stood at first."),
  strategyCounts: z.partialRecord(Strategy, z.int().min(0)).optional().describe("How often the tutor made each move."),
  tokens: Usage.optional().describe("Tokens over all turns."),
  turns: z.int().min(0).describe("Turns of both."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  userId: UserId.describe("The student."),
  words: Words.optional().describe("What the student said."),
}).describe("What one closed conversation adds to the statistics of its assignment. A document a conversation makes \"counted once\"\na precondition.");
export type Contribution = z.infer<typeof Contribution>;

/** One of the texts. */
export const PromptEdit = text(1, 2000).describe("One of the texts.");
export type PromptEdit = z.infer<typeof PromptEdit>;

/** The rules by which moves are decided: with them and what was said, every decision can be made again. */
export const MoveRules = z.looseObject({
  autoTerminate: z.boolean().describe("Whether it may end by its content."),
  enabledStrategies: z.array(Strategy).describe("The moves that may be chosen; continue and conclude always may."),
  maxTurns: z.int().min(0).describe("Turns of the student after which the conversation ends."),
  strategyWeights: z.partialRecord(Strategy, z.number()).optional().describe("Factor on a move's score; 1 when absent."),
}).describe("The rules by which moves are decided: with them and what was said, every decision can be made again.");
export type MoveRules = z.infer<typeof MoveRules>;

/** Where a dialogue stands. */
export const ConversationState = z.enum(["awaiting_idea", "adding_counterpoint", "awaiting_followup", "awaiting_delayed_response", "adding_final_summary", "closed"]).describe("Where a dialogue stands.");
export type ConversationState = z.infer<typeof ConversationState>;

/** One opening of the model's Live API. */
export const StreamingSessionId = z.string().regex(new RegExp("^[A-Za-z0-9_-]{1,128}$")).describe("One opening of the model's Live API.");
export type StreamingSessionId = z.infer<typeof StreamingSessionId>;

/** One contribution to a conversation. */
export const TurnId = z.string().regex(new RegExp("^[A-Za-z0-9_-]{1,128}$")).describe("One contribution to a conversation.");
export type TurnId = z.infer<typeof TurnId>;

/** How long the student waited, from the end of the student's turn, in milliseconds. */
export const Latency = z.looseObject({
  askedMs: z.int().min(0).max(9007199254740991).nullish().describe("Until the model was first asked; without `openingMs`, our own share."),
  firstAudioMs: z.int().min(0).max(9007199254740991).nullish().describe("Until the first audio."),
  firstTextMs: z.int().min(0).max(9007199254740991).nullish().describe("Until the first text."),
  openingMs: z.int().min(0).max(9007199254740991).nullish().describe("How much of that the opening of the model's session took, tries in vain included; absent when it was open."),
  totalMs: z.int().min(0).max(9007199254740991).describe("Until the answer was complete."),
}).describe("How long the student waited, from the end of the student's turn, in milliseconds.");
export type Latency = z.infer<typeof Latency>;

/** Written or spoken. */
export const Modality = z.enum(["text", "voice"]).describe("Written or spoken.");
export type Modality = z.infer<typeof Modality>;

/** Who speaks. */
export const Speaker = z.enum(["student", "tutor"]).describe("Who speaks.");
export type Speaker = z.infer<typeof Speaker>;

/** What a turn is to the dialogue. */
export const TurnType = z.enum(["topic", "idea", "counterpoint", "followup", "summary"]).describe("What a turn is to the dialogue.");
export type TurnType = z.infer<typeof TurnType>;

/** A turn. What was said never changes once stored; what it cost may be learnt a moment later. */
export const Turn = z.looseObject({
  analysis: Analysis.nullish().describe("What the student's turn was taken for; on a tutor's turn, the move it makes."),
  clientMessageId: z.string().nullish().describe("The client's own id of the message, by which a repeated one is known."),
  costMicros: Micros.nullish().describe("What it cost, micro-credits."),
  createdAt: Millis.describe("When it was stored, ms."),
  generatedText: z.string().nullish().describe("All that the tutor had generated, when that is more than was heard."),
  hash: z.string().describe("SHA-256 over what was said, chained; see [`Turn::seal`]."),
  heardMs: z.int().min(0).max(9007199254740991).nullish().describe("How much of the answer was played, in milliseconds, when it was cut short."),
  id: TurnId.describe("Deterministic: conversation and index."),
  index: z.int().min(0).describe("Place in the conversation, from 0."),
  latency: Latency.nullish().describe("How long the student waited."),
  modality: Modality.describe("Written or spoken."),
  model: z.string().nullish().describe("The model that made it; of a tutor's turn only."),
  prevHash: z.string().describe("`hash` of the turn before; empty for the first."),
  promptVersion: z.string().nullish().describe("Version of the prompts that made it; of a tutor's turn only."),
  speaker: Speaker.describe("Who speaks."),
  text: text(0, 20000).describe("What was said; of a tutor who was interrupted, what was heard. Up to 20,000 characters."),
  truncated: z.boolean().optional().describe("Whether the tutor was cut short, by the student or by a failure."),
  type: TurnType.describe("What it is to the dialogue."),
  usage: Usage.nullish().describe("What was metered."),
}).describe("A turn. What was said never changes once stored; what it cost may be learnt a moment later.");
export type Turn = z.infer<typeof Turn>;

/** A conversation. */
export const Conversation = z.looseObject({
  assignmentId: AssignmentId.describe("What is argued."),
  closedAt: Millis.nullish().describe("When it ended, ms."),
  costMicros: Micros.optional().describe("Cost over all turns, micro-credits."),
  courseId: CourseId.describe("The course of the assignment."),
  createdAt: Millis.describe("When the document was made, ms."),
  endReason: EndReason.nullish().describe("Why it ended."),
  lastActionAt: Millis.describe("When somebody last did something, ms."),
  promptEdits: z.record(z.string(), PromptEdit).optional().describe("Sections of the prompt in the student's own words, by the section's name."),
  rules: MoveRules.nullish().describe("The rules by which its moves are decided, as they were when it began; absent until something was said."),
  startedAt: Millis.describe("When it began, ms."),
  state: ConversationState.describe("Where the dialogue stands."),
  streamingSession: StreamingSessionId.nullish().describe("The opening of the model's Live API that it runs on, while it does."),
  summary: z.string().nullish().describe("What came of it, once ended."),
  tokenUsage: Usage.optional().describe("Tokens over all turns."),
  turnCount: z.int().min(0).optional().describe("How many turns there are."),
  turns: z.array(Turn).optional().describe("All that was said."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  userId: UserId.describe("The student."),
}).describe("A conversation.");
export type Conversation = z.infer<typeof Conversation>;

/** What a student types to join a course; the same in any case, kept in upper case. */
export const CourseCode = z.string().regex(new RegExp("^[A-Za-z0-9-]{6,64}$")).describe("What a student types to join a course; the same in any case, kept in upper case.");
export type CourseCode = z.infer<typeof CourseCode>;

/** What a demo course gives away. */
export const DemoPolicy = z.looseObject({
  maxFreeCreditsMicrosPerUser: z.int().min(0).max(9007199254740991).describe("What one user may argue for at the course's expense, in micro-credits; not negative."),
  maxTurnsPerConversation: z.int().min(1).max(200).nullish().describe("Turns of the student after which a conversation ends whatever its assignment allows, 1 to 200."),
}).describe("What a demo course gives away.");
export type DemoPolicy = z.infer<typeof DemoPolicy>;

/** The picture of a course. */
export const Thumbnail = z.looseObject({
  storagePath: text(1, 1024).describe("Where it stands in the storage bucket; 1 to 1,024 characters."),
  url: text(1, 2048).nullish().describe("Where it can be seen, once it was uploaded; 1 to 2,048 characters."),
}).describe("The picture of a course.");
export type Thumbnail = z.infer<typeof Thumbnail>;

/** Who can find a course. */
export const Visibility = z.enum(["public", "unlisted", "private"]).describe("Who can find a course.");
export type Visibility = z.infer<typeof Visibility>;

/** A course: the frame of assignments, with a roster and a wallet. */
export const Course = z.looseObject({
  code: CourseCode.describe("What a student types to join."),
  createdAt: Millis.describe("When it was made, ms."),
  demoPolicy: DemoPolicy.nullish().describe("What a demo course gives away; nothing when absent."),
  description: text(0, 5000).nullish().describe("Up to 5,000 characters."),
  hasPassword: z.boolean().optional().describe("Whether one must know a password to join with the code."),
  isDemo: z.boolean().optional().describe("A course to try Mentora with."),
  ownerId: UserId.describe("The instructor who made it."),
  retentionDays: z.int().min(1).max(3650).nullish().describe("Days for which what was said in it is kept, 1 to 3,650; for good when absent."),
  theme: text(1, 100).nullish().describe("How it looks; 1 to 100 characters."),
  thumbnail: Thumbnail.nullish().describe("Its picture."),
  title: text(1, 200).describe("1 to 200 characters."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  visibility: Visibility.describe("Who can find it."),
}).describe("A course: the frame of assignments, with a roster and a wallet.");
export type Course = z.infer<typeof Course>;

/** The hash of a course's password. No log shows it. */
export const PasswordHash = z.string().describe("The hash of a course's password. No log shows it.");
export type PasswordHash = z.infer<typeof PasswordHash>;

/** What one must know to join a course with its code. */
export const CourseSecret = z.looseObject({
  createdAt: Millis.describe("When the document was made, ms."),
  passwordHash: PasswordHash.describe("What the password is compared with. Clients are never sent it."),
  updatedAt: Millis.describe("When it was last changed, ms."),
}).describe("What one must know to join a course with its code.");
export type CourseSecret = z.infer<typeof CourseSecret>;

/** A browser or a phone that a user is told things on. */
export const DeviceId = z.string().regex(new RegExp("^[A-Za-z0-9_-]{1,128}$")).describe("A browser or a phone that a user is told things on.");
export type DeviceId = z.infer<typeof DeviceId>;

/** Where a delivery stands. */
export const DeliveryState = z.enum(["sending", "waiting", "sent", "failed"]).describe("Where a delivery stands.");
export type DeliveryState = z.infer<typeof DeliveryState>;

/** How far something is on its way to a person. */
export const Delivery = z.looseObject({
  attempt: z.string().describe("Names the latest try among all."),
  lastError: z.string().nullish().describe("Why the last try failed."),
  messageId: z.string().nullish().describe("The name that the service which took it gave it."),
  notBefore: Millis.describe("Nobody tries again before, ms. Then, of what is still being sent, nobody knows whether it was."),
  reached: z.array(DeviceId).optional().describe("Of push messages: the devices that took it."),
  state: DeliveryState.describe("Where it stands."),
  tries: z.int().min(0).describe("How often it was tried."),
}).describe("How far something is on its way to a person.");
export type Delivery = z.infer<typeof Delivery>;

/** What a device is. */
export const Platform = z.enum(["web", "android", "ios"]).describe("What a device is.");
export type Platform = z.infer<typeof Platform>;

/** A browser or a phone. */
export const Device = z.looseObject({
  createdAt: Millis.describe("When the document was made, ms."),
  lastSeenAt: Millis.describe("When the app last ran on it, ms. A device that was not seen for long is forgotten."),
  platform: Platform.describe("What it is."),
  token: text(1, 4096).describe("Its FCM registration token; 1 to 4,096 characters."),
  updatedAt: Millis.describe("When it was last changed, ms."),
}).describe("A browser or a phone.");
export type Device = z.infer<typeof Device>;

/** A wallet: the id of the user or of the course that it belongs to. */
export const WalletId = z.string().regex(new RegExp("^[A-Za-z0-9_-]{1,128}$")).describe("A wallet: the id of the user or of the course that it belongs to.");
export type WalletId = z.infer<typeof WalletId>;

/** Two figures that should agree and do not. */
export const Drift = z.looseObject({
  comparison: Comparison.describe("What was compared."),
  conversationId: ConversationId.nullish().describe("The conversation that it is about."),
  expectedMicros: Micros.describe("What the ledger should come to, micro-credits."),
  foundMicros: Micros.describe("What it comes to, micro-credits."),
  reference: z.string().nullish().describe("The payment that it is about, as Stripe names it."),
  walletId: WalletId.nullish().describe("The wallet that it is about."),
}).describe("Two figures that should agree and do not.");
export type Drift = z.infer<typeof Drift>;

/** What is done by the clock. */
export const JobName = z.enum(["delayed", "news", "reminders", "reconcile", "retention", "inactivity"]).describe("What is done by the clock.");
export type JobName = z.infer<typeof JobName>;

/** How a run went. */
export const JobOutcome = z.enum(["ok", "failed", "unfinished"]).describe("How a run went.");
export type JobOutcome = z.infer<typeof JobOutcome>;

/** A job, as its last run left it. */
export const Job = z.looseObject({
  count: z.int().min(0).describe("How much was done in it: answers given, people told, books compared, conversations removed or ended."),
  createdAt: Millis.describe("When the document was made, ms."),
  cursor: z.string().nullish().describe("Where the next run goes on; at the beginning when absent."),
  durationMs: z.int().min(0).max(9007199254740991).describe("How long it took, ms."),
  failingSince: Millis.nullish().describe("When the first of its runs failed of which none succeeded since, ms."),
  lastEndedAt: Millis.describe("When that ended, ms."),
  lastError: z.string().nullish().describe("Why the latest of its runs failed that did."),
  lastRunAt: Millis.describe("When its last run began, ms."),
  name: JobName.describe("Which one."),
  outcome: JobOutcome.describe("How it went."),
  schedule: z.string().describe("When it is run: a line of cron, in UTC."),
  updatedAt: Millis.describe("When it was last changed, ms."),
}).describe("A job, as its last run left it.");
export type Job = z.infer<typeof Job>;

/** The payment behind a movement of money. */
export const LedgerProvider = z.looseObject({
  name: z.string().describe("Who moved it, as `stripe`."),
  ref: z.string().describe("Their name for it."),
}).describe("The payment behind a movement of money.");
export type LedgerProvider = z.infer<typeof LedgerProvider>;

/** What a movement of money was for, as closely as is known. */
export const LedgerScope = z.looseObject({
  assignmentId: AssignmentId.nullish().describe("The assignment."),
  conversationId: ConversationId.nullish().describe("The conversation."),
  courseId: CourseId.nullish().describe("The course."),
  turnId: TurnId.nullish().describe("The turn."),
}).describe("What a movement of money was for, as closely as is known.");
export type LedgerScope = z.infer<typeof LedgerScope>;

/** What a movement of money is. */
export const LedgerEntryType = z.enum(["topup", "charge", "refund", "grant", "adjust", "dispute"]).describe("What a movement of money is.");
export type LedgerEntryType = z.infer<typeof LedgerEntryType>;

/** A movement of money. */
export const LedgerEntry = z.looseObject({
  amountMicros: Micros.describe("How much, micro-credits; negative when the wallet pays."),
  balanceAfterMicros: Micros.describe("What was in the wallet then, micro-credits."),
  createdAt: Millis.describe("When the document was made, ms."),
  createdBy: UserId.describe("By whose doing: the student who spoke, the payer, the admin, or `system`; a pseudonym once that user has been erased."),
  idempotencyKey: text(1, 200).describe("What makes it one entry however often it is asked for; 1 to 200 characters."),
  priceVersion: z.string().nullish().describe("Version of the price table that it was reckoned with."),
  provider: LedgerProvider.nullish().describe("The payment behind it."),
  reason: text(1, 500).nullish().describe("Why, in the words of whoever did it; 1 to 500 characters."),
  scope: LedgerScope.optional().describe("What it was for."),
  shortfallMicros: z.int().min(0).max(9007199254740991).nullish().describe("What the turn cost beyond the charge, because no more was in the wallet, micro-credits, not negative;\nthe wallet does not owe it."),
  type: LedgerEntryType.describe("What it is."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  usage: Usage.nullish().describe("What was metered."),
}).describe("A movement of money.");
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** What a member is to a course. */
export const Role = z.enum(["instructor", "ta", "student", "auditor"]).describe("What a member is to a course.");
export type Role = z.infer<typeof Role>;

/** Where a member stands. Only an active member counts. */
export const MemberStatus = z.enum(["invited", "active", "removed"]).describe("Where a member stands. Only an active member counts.");
export type MemberStatus = z.infer<typeof MemberStatus>;

/** A member of a course. `course_id` is repeated in the document so that one collection-group query finds the courses of a user. */
export const Member = z.looseObject({
  courseId: CourseId.describe("The course."),
  createdAt: Millis.describe("When the document was made, ms."),
  email: text(0, 320).optional().describe("The address that was invited or signed in with; empty when the identity has none; up to 320 characters."),
  invitedAt: Millis.nullish().describe("When the member was invited, ms."),
  joinedAt: Millis.nullish().describe("When the member joined, ms."),
  role: Role.describe("What the member is to the course."),
  status: MemberStatus.describe("Where the member stands."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  userId: UserId.nullish().describe("The user, once joined."),
}).describe("A member of a course. `course_id` is repeated in the document so that one collection-group\nquery finds the courses of a user.");
export type Member = z.infer<typeof Member>;

/** What people are told. */
export const NewsKind = z.enum(["announcement", "submission_graded", "assignment_reminder"]).describe("What people are told.");
export type NewsKind = z.infer<typeof NewsKind>;

/** Something that people are to be told. */
export const NewsItem = z.looseObject({
  about: z.string().describe("The path of the document that it is about. When that is gone, nobody is told any more."),
  attempts: z.int().min(0).optional().describe("How often it was tried in vain since it last went on."),
  createdAt: Millis.describe("When the document was made, ms."),
  cursor: z.string().nullish().describe("Behind whom it goes on; with the first when absent."),
  dueAt: Millis.describe("When it is to be told, ms. Whoever is at it puts this off, so that nobody else is."),
  kind: NewsKind.describe("What it says."),
  updatedAt: Millis.describe("When it was last changed, ms."),
}).describe("Something that people are to be told.");
export type NewsItem = z.infer<typeof NewsItem>;

/** What people are told. */
export const NotificationKind = z.enum(["low_balance", "response_ready", "response_failed", "response_unpaid", "assignment_reminder", "submission_graded", "announcement"]).describe("What people are told.");
export type NotificationKind = z.infer<typeof NotificationKind>;

/** Something that a person is told. */
export const Notification = z.looseObject({
  createdAt: Millis.describe("When the document was made, ms."),
  key: text(1, 200).describe("What makes it one notification however often it is to be told, as `low_balance:{walletId}:2026-11-23`; 1 to 200\ncharacters."),
  kind: NotificationKind.describe("What it says."),
  mail: Delivery.nullish().describe("How far the mail is, where it was to be sent by mail."),
  push: Delivery.nullish().describe("How far the push messages are, where it was to be sent to the person's devices."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  userId: UserId.describe("Who is told."),
}).describe("Something that a person is told.");
export type Notification = z.infer<typeof Notification>;

/** By what ways a person wants to be told things; both unless told. */
export const Notifications = z.looseObject({
  email: z.boolean().optional().describe("By e-mail."),
  push: z.boolean().optional().describe("On the person's devices."),
}).describe("By what ways a person wants to be told things; both unless told.");
export type Notifications = z.infer<typeof Notifications>;

/** How far a pending answer is. */
export const PendingStatus = z.enum(["pending", "leased", "done", "failed", "cancelled"]).describe("How far a pending answer is.");
export type PendingStatus = z.infer<typeof PendingStatus>;

/** An answer that is to come. */
export const PendingResponse = z.looseObject({
  attempts: z.int().min(0).optional().describe("How often it was tried."),
  createdAt: Millis.describe("When the document was made, ms."),
  lastError: z.string().nullish().describe("Why the last try failed."),
  leaseUntil: Millis.nullish().describe("Until when whoever leased it may work on it, ms; then anybody may lease it again."),
  scheduledAt: Millis.describe("When it is due, ms."),
  status: PendingStatus.describe("How far it is."),
  turnId: TurnId.describe("The student's turn that it answers."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  waitsFor: WalletId.nullish().describe("The wallet that could not pay for it; it is tried as soon as there is more in there."),
}).describe("An answer that is to come.");
export type PendingResponse = z.infer<typeof PendingResponse>;

/** What a tutor is like. */
export const Style = z.enum(["gentle", "critical", "analytical", "playful"]).describe("What a tutor is like.");
export type Style = z.infer<typeof Style>;

/** A voice of the Live models, by Google's name for it. */
export const Voice = z.enum(["Puck", "Charon", "Kore", "Fenrir", "Aoede"]).describe("A voice of the Live models, by Google's name for it.");
export type Voice = z.infer<typeof Voice>;

/** A persona. */
export const Persona = z.looseObject({
  courseId: CourseId.nullish().describe("The course whose assignments may name it; its maker's own ones when absent."),
  createdAt: Millis.describe("When the document was made, ms."),
  createdBy: UserId.describe("Who made it."),
  description: text(0, 5000).describe("What is special about it; up to 5,000 characters."),
  name: text(1, 100).describe("What teachers and students call it; 1 to 100 characters."),
  style: Style.describe("What it is like."),
  systemPromptTemplate: text(1, 50000).describe("How it is told to behave; 1 to 50,000 characters. Only staff see it."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  voice: Voice.describe("What it sounds like."),
}).describe("A persona.");
export type Persona = z.infer<typeof Persona>;

/** What came of comparing the books. */
export const Reconciliation = z.looseObject({
  conversations: z.int().min(0).describe("Conversations whose cost was held against what was charged for them."),
  createdAt: Millis.describe("When the document was made, ms."),
  driftCount: z.int().min(0).describe("How much did not agree."),
  drifts: z.array(Drift).describe("What did not agree, the first of it."),
  lastWallet: WalletId.nullish().describe("Behind which wallet the next night begins; the first when absent."),
  payments: z.int().min(0).describe("Payments that were held against what was credited for them."),
  unfinished: z.array(Comparison).describe("What was not compared to its end, because there was too much of it or something did not answer."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  wallets: z.int().min(0).describe("Wallets whose balance was held against the sum of their ledger."),
}).describe("What came of comparing the books.");
export type Reconciliation = z.infer<typeof Reconciliation>;

/** What the student's audio is like. */
export const SessionAudio = z.looseObject({
  channels: z.int().min(1).max(1).describe("1."),
  encoding: AudioEncoding.describe("How samples are written."),
  sampleRate: z.int().min(8000).max(48000).describe("8,000 to 48,000 Hz."),
}).describe("What the student's audio is like.");
export type SessionAudio = z.infer<typeof SessionAudio>;

/** What a session is doing. */
export const SessionState = z.enum(["connecting", "active", "user_speaking", "ai_responding", "paused", "error", "closed"]).describe("What a session is doing.");
export type SessionState = z.infer<typeof SessionState>;

/** What a session used so far. */
export const SessionUsage = z.looseObject({
  estimatedCost: Micros.optional().describe("What they cost by the price table, micro-credits. The ledger says what was charged."),
  input: z.int().min(0).optional().describe("Tokens that went in, of all modalities."),
  output: z.int().min(0).optional().describe("Tokens that came out, of all modalities, thoughts included."),
}).describe("What a session used so far.");
export type SessionUsage = z.infer<typeof SessionUsage>;

/** How many students stood where. */
export const StanceDistribution = z.looseObject({
  final: z.partialRecord(Stance, z.int().min(0)).optional().describe("At last."),
  initial: z.partialRecord(Stance, z.int().min(0)).optional().describe("At first."),
}).describe("How many students stood where.");
export type StanceDistribution = z.infer<typeof StanceDistribution>;

/** Students who moved from one stance to another. */
export const StanceShift = z.looseObject({
  count: z.int().min(0).describe("How many."),
  from: Stance.describe("Where they stood at first."),
  to: Stance.describe("Where they stood at last."),
}).describe("Students who moved from one stance to another.");
export type StanceShift = z.infer<typeof StanceShift>;

/** Whole numbers, so that nothing drifts however often one is added and another taken away. */
export const Sums = z.looseObject({
  conversations: z.int().min(0).optional().describe("Conversations that have ended."),
  durationMs: z.int().min(0).optional().describe("The time from first to last turn of each, ms."),
  turns: z.int().min(0).optional().describe("Their turns."),
}).describe("Whole numbers, so that nothing drifts however often one is added and another taken away.");
export type Sums = z.infer<typeof Sums>;

/** How often a word was said. */
export const WordCount = z.looseObject({
  count: z.int().min(0).describe("How often."),
  word: z.string().describe("The word, in lower case."),
}).describe("How often a word was said.");
export type WordCount = z.infer<typeof WordCount>;

/** The words that were said most, by the stance of the turn; the most frequent first. */
export const WordCloud = z.looseObject({
  con: z.array(WordCount).optional().describe("Of turns against it."),
  neutral: z.array(WordCount).optional().describe("Of the others."),
  pro: z.array(WordCount).optional().describe("Of turns for it."),
}).describe("The words that were said most, by the stance of the turn; the most frequent first.");
export type WordCloud = z.infer<typeof WordCloud>;

/** The figures of an assignment: the sum of its [contributions](super::Contribution), see [`crate::statistics`]. */
export const Statistics = z.looseObject({
  averageDurationMs: z.number().describe("Time from its first to its last turn, on average, ms."),
  averageTurns: z.number().describe("Turns of a conversation that has ended, on average."),
  begun: z.int().min(0).optional().describe("Those who have begun: who completed and who are in progress."),
  completed: z.int().min(0).describe("Those of whom a conversation has ended, whether or not they argue again."),
  costMicros: Micros.optional().describe("Cost over all conversations that have ended, micro-credits."),
  createdAt: Millis.describe("When the document was made, ms."),
  endReasons: z.partialRecord(EndReason, z.int().min(0)).optional().describe("How conversations ended."),
  inProgress: z.int().min(0).describe("Those who argue for the first time."),
  notStarted: z.int().min(0).describe("Those who have yet to begin."),
  stanceDistribution: StanceDistribution.optional().describe("Where students stood; of each, the conversation that ended last counts."),
  stanceShifts: z.array(StanceShift).optional().describe("How stances moved; only the moves that happened."),
  strategyCounts: z.partialRecord(Strategy, z.int().min(0)).optional().describe("How often the tutor made each move."),
  sums: Sums.optional().describe("What the averages are made of."),
  tokens: Usage.optional().describe("Tokens over all conversations that have ended."),
  totalStudents: z.int().min(0).describe("Active students of the course, and those who left it after they had begun."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  wordCloud: WordCloud.optional().describe("The words that were said most, when the cloud was last drawn."),
  wordCloudStale: z.boolean().optional().describe("Whether the cloud is to be drawn anew, because conversations have ended or were opened again since."),
}).describe("The figures of an assignment: the sum of its [contributions](super::Contribution), see [`crate::statistics`].");
export type Statistics = z.infer<typeof Statistics>;

/** An opening of the Live API. */
export const StreamingSession = z.looseObject({
  audioConfig: SessionAudio.nullish().describe("What the student's audio is like; absent while only text was sent."),
  conversationId: ConversationId.describe("The conversation it is for."),
  createdAt: Millis.describe("When the document was made, ms."),
  endedAt: Millis.nullish().describe("When it was closed, ms."),
  errorMessage: z.string().nullish().describe("Why it failed."),
  geminiSessionId: z.string().nullish().describe("The model's handle to resume it by."),
  lastActivityAt: Millis.describe("When something last went through it, ms."),
  startedAt: Millis.describe("When it was opened, ms."),
  state: SessionState.describe("What it is doing."),
  tokenUsage: SessionUsage.optional().describe("What it used so far."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  userId: UserId.describe("The student."),
}).describe("An opening of the Live API.");
export type StreamingSession = z.infer<typeof StreamingSession>;

/** How far a submission is. */
export const SubmissionState = z.enum(["in_progress", "submitted", "graded_complete"]).describe("How far a submission is.");
export type SubmissionState = z.infer<typeof SubmissionState>;

/** A submission: one a student and assignment, however often the student begins again. */
export const Submission = z.looseObject({
  assignmentId: AssignmentId.describe("What it is handed in for."),
  conversationId: ConversationId.describe("The conversation that counts: the latest one."),
  createdAt: Millis.describe("When the document was made, ms."),
  late: z.boolean().optional().describe("Whether it was handed in after it was due."),
  notes: text(0, 5000).nullish().describe("What staff say to it; up to 5,000 characters."),
  scoreCompletion: z.number().min(0).max(100).nullish().describe("How much of the assignment was done, 0 to 100 percent, as staff judge it."),
  startedAt: Millis.describe("When the student first began, ms."),
  state: SubmissionState.describe("How far it is."),
  submittedAt: Millis.nullish().describe("When it was handed in, ms."),
  updatedAt: Millis.describe("When it was last changed, ms."),
  userId: UserId.describe("The student."),
}).describe("A submission: one a student and assignment, however often the student begins again.");
export type Submission = z.infer<typeof Submission>;

/** A topic. */
export const Topic = z.looseObject({
  courseId: CourseId.describe("The course it belongs to."),
  createdAt: Millis.describe("When the document was made, ms."),
  createdBy: UserId.describe("Who made it."),
  description: text(0, 5000).nullish().describe("Up to 5,000 characters."),
  order: z.int().min(0).describe("Its place among the topics of the course, from 0; of two with one place, the older comes first."),
  title: text(1, 200).describe("1 to 200 characters."),
  updatedAt: Millis.describe("When it was last changed, ms."),
}).describe("A topic.");
export type Topic = z.infer<typeof Topic>;

/** A person. */
export const User = z.looseObject({
  activeMode: ActiveMode.describe("The side of the desk that the app shows."),
  createdAt: Millis.describe("When the document was made, ms."),
  displayName: text(1, 100).describe("What others see; 1 to 100 characters."),
  email: text(0, 320).optional().describe("The address of the identity; empty when it has none; up to 320 characters."),
  locale: text(2, 35).describe("BCP 47 language of the app, as `en` or `zh-Hant`; 2 to 35 characters."),
  notifications: Notifications.optional().describe("By what ways the person wants to be told things."),
  photoURL: text(1, 2048).nullish().describe("Where the picture is; 1 to 2,048 characters."),
  uid: UserId.describe("The person's id, which is the document's as well."),
  updatedAt: Millis.describe("When it was last changed, ms."),
}).describe("A person.");
export type User = z.infer<typeof User>;

/** Whose a wallet is. */
export const WalletOwner = z.enum(["user", "course"]).describe("Whose a wallet is.");
export type WalletOwner = z.infer<typeof WalletOwner>;

/** A wallet. The ledger is what happened; the balance is its sum, kept so that nobody has to add it up. */
export const Wallet = z.looseObject({
  balanceMicros: Micros.describe("What is in it, micro-credits, the held part included; less than nothing after a payment was taken back."),
  createdAt: Millis.describe("When the document was made, ms."),
  heldMicros: z.int().min(0).max(9007199254740991).describe("The part of it that turns now under way may cost, micro-credits; not negative."),
  lowBalanceMicros: z.int().min(0).max(9007199254740991).describe("At less than this the owner is warned, micro-credits; not negative."),
  ownerId: WalletId.describe("The id of the user or course, which is the wallet's as well."),
  ownerType: WalletOwner.describe("Whose it is."),
  updatedAt: Millis.describe("When it was last changed, ms."),
}).describe("A wallet. The ledger is what happened; the balance is its sum, kept so that nobody has to add it up.");
export type Wallet = z.infer<typeof Wallet>;

/** The schema of the documents at each path. */
export const documents = {
  "assignments/{assignmentId}": Assignment,
  "conversations/{conversationId}": Conversation,
  "courses/{courseId}": Course,
  "courses/{courseId}/announcements/{announcementId}": Announcement,
  "courses/{courseId}/roster/{memberId}": Member,
  "courses/{courseId}/secrets/join": CourseSecret,
  "jobs/{name}": Job,
  "news/{newsId}": NewsItem,
  "notifications/{notificationId}": Notification,
  "pendingResponses/{conversationId}": PendingResponse,
  "personas/{personaId}": Persona,
  "reconciliations/{day}": Reconciliation,
  "statistics/{assignmentId}": Statistics,
  "statistics/{assignmentId}/contributions/{conversationId}": Contribution,
  "streamingSessions/{sessionId}": StreamingSession,
  "submissions/{submissionId}": Submission,
  "topics/{topicId}": Topic,
  "users/{uid}": User,
  "users/{uid}/devices/{deviceId}": Device,
  "wallets/{walletId}": Wallet,
  "wallets/{walletId}/ledger/{entryId}": LedgerEntry,
} as const;
