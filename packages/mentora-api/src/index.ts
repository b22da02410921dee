/**
 * The Mentora client, one noun a file:
 *
 * - `client`: the HTTP wrapper: base address, token, time-out, typed errors
 * - `config`, `courses`, `assignments`, `conversations`, `users`, `wallets`: REST, one resource each
 * - `stream`: the live conversation, over lines that come and go
 * - `line`: what a line is; `socket`: over a WebSocket; `events`: over server-sent events and POST, read by `sse`
 * - `frames`: what travels over it
 * - `audio`: the two shapes in which sound crosses the wire
 * - `types`: the documents REST answers with
 */
export { Assignments } from "./assignments.ts";
export { audioFromBase64, audioFromBinary, audioToBase64, type TutorAudio } from "./audio.ts";
export { type Backoff, backoffDelay, defaultBackoff } from "./backoff.ts";
export { type ClientOptions, MentoraClient, type RequestOptions, type TokenProvider } from "./client.ts";
export { Conversations } from "./conversations.ts";
export { Courses } from "./courses.ts";
export { MentoraError, type MentoraErrorCode } from "./error.ts";
export type * from "./frames.ts";
export {
  type AudioMode,
  type CloseReason,
  type ConnectionState,
  ConversationStream,
  type PendingText,
  type StreamEvents,
  type StreamOptions,
  type Transport,
} from "./stream.ts";
export type * from "./types.ts";
export { Users } from "./users.ts";
export { Wallets } from "./wallets.ts";
