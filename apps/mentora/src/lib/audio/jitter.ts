/**
 * The tutor's speech between the network and the loudspeaker. It waits until a little is in store, so that an uneven
 * network does not tear words apart, and it knows to the millisecond how much of which turn was played.
 */
export interface Played {
  turnId: string;
  /** Place in the turn up to which it was played. */
  heardMs: number;
}

interface Piece {
  turnId: string;
  startMs: number;
  samples: Float32Array;
  taken: number;
}

const FADE_MS = 6;

export class JitterBuffer {
  readonly #rate: number;
  readonly #startAt: number;
  readonly #patience: number;
  #pieces: Piece[] = [];
  #stored = 0;
  #playing = false;
  #waited = 0;
  #complete = false;
  #nextStartMs = 0;
  #lastTurn = "";
  #played: Played | null = null;

  /** `ahead`: ms in store before playback begins. `patience`: ms after which it begins with less. */
  constructor(rate: number, { ahead = 160, patience = 450 } = {}) {
    this.#rate = rate;
    this.#startAt = (ahead / 1000) * rate;
    this.#patience = (patience / 1000) * rate;
  }

  get played(): Played | null {
    return this.#played;
  }

  get storedMs(): number {
    return (this.#stored / this.#rate) * 1000;
  }

  push(turnId: string, samples: Float32Array, offsetMs: number | null): void {
    if (samples.length === 0) return;
    if (turnId !== this.#lastTurn) {
      this.#lastTurn = turnId;
      this.#nextStartMs = 0;
      this.#complete = false;
    }
    const startMs = offsetMs ?? this.#nextStartMs;
    this.#nextStartMs = startMs + (samples.length / this.#rate) * 1000;
    this.#pieces.push({ turnId, startMs, samples, taken: 0 });
    this.#stored += samples.length;
  }

  /** Nothing more is coming for now: what is in store may be played out. */
  complete(): void {
    this.#complete = true;
  }

  /** Fills `out`, with silence where there is nothing to play. Returns how many of its samples are speech. */
  pull(out: Float32Array): number {
    if (!this.#mayPlay(out.length)) {
      out.fill(0);
      return 0;
    }
    let filled = 0;
    while (filled < out.length) {
      const piece = this.#pieces[0];
      if (!piece) break;
      const part = piece.samples.subarray(piece.taken, piece.taken + out.length - filled);
      out.set(part, filled);
      filled += part.length;
      piece.taken += part.length;
      this.#stored -= part.length;
      this.#played = { turnId: piece.turnId, heardMs: piece.startMs + (piece.taken / this.#rate) * 1000 };
      if (piece.taken === piece.samples.length) this.#pieces.shift();
    }
    out.fill(0, filled);
    if (this.#pieces.length === 0) {
      this.#playing = false;
      this.#waited = 0;
    }
    return filled;
  }

  /** Silence at once: what is left is a fade of a few ms, which the ear takes for a stop and not for a click. */
  flush(): void {
    const tail = new Float32Array(Math.round((FADE_MS / 1000) * this.#rate));
    const wasPlaying = this.#playing;
    const length = this.pull(tail);
    this.#pieces = [];
    this.#stored = 0;
    this.#complete = false;
    this.#waited = 0;
    this.#playing = false;
    if (!wasPlaying || length === 0 || !this.#played) return;
    const fade = tail.subarray(0, length).map((sample, at) => sample * (1 - at / length));
    this.#pieces.push({ turnId: this.#played.turnId, startMs: this.#played.heardMs, samples: fade, taken: 0 });
    this.#stored = fade.length;
    this.#playing = true;
  }

  #mayPlay(wanted: number): boolean {
    if (this.#playing) return true;
    if (this.#stored === 0) return false;
    this.#waited += wanted;
    this.#playing = this.#complete || this.#stored >= this.#startAt || this.#waited >= this.#patience;
    return this.#playing;
  }
}
