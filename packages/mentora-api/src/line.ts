import type { ClientFrame } from "./frames.ts";

/** One connection to a conversation, whatever it is made of. It never comes back: a broken one is replaced. */
export interface Line {
  /** Whether it finds out by itself that the other end is gone; otherwise it has to be pinged. */
  readonly beatsItself: boolean;
  /** False when it is not open. */
  send(frame: ClientFrame): boolean;
  /** A piece of the student's voice. */
  speak(samples: Int16Array): boolean;
  hangUp(): void;
}

/** What a line tells. */
export interface LineListener {
  /** A frame, as JSON. */
  text(json: string): void;
  /** A binary frame. */
  sound(bytes: ArrayBuffer): void;
  /** It is over: a close code of the contract, or 1006 when it just broke. */
  closed(code: number): void;
}

/** It just broke (RFC 6455). */
export const BROKEN = 1006;
