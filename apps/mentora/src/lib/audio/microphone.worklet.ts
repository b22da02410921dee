/** Runs on the audio thread: the microphone's samples become 100 ms pieces of PCM at the wire's rate. */
import type { MicrophoneMessage } from "./microphone.ts";
import { Resampler, toPcm16 } from "./resample.ts";

const WIRE_RATE = 16_000;
const PIECE = WIRE_RATE / 10;
/** 60 ms: often enough for a meter that follows the voice. */
const LEVEL_EVERY = WIRE_RATE / (1000 / 60);

class MicrophoneProcessor extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, WIRE_RATE);
  #piece = new Float32Array(PIECE);
  #filled = 0;
  #energy = 0;
  #measured = 0;
  #open = true;

  constructor() {
    super();
    // The page says that the student has finished: hand over what is left.
    this.port.onmessage = () => {
      this.#open = false;
      this.#hand(this.#piece.subarray(0, this.#filled));
      this.#tell({ kind: "end" });
    };
  }

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    if (!this.#open || !channel) return this.#open;
    for (const sample of this.#resampler.push(channel)) {
      this.#piece[this.#filled++] = sample;
      if (this.#filled === PIECE) {
        this.#hand(this.#piece);
        this.#filled = 0;
      }
      this.#measure(sample);
    }
    return true;
  }

  #measure(sample: number): void {
    this.#energy += sample * sample;
    this.#measured += 1;
    if (this.#measured < LEVEL_EVERY) return;
    this.#tell({ kind: "level", rms: Math.sqrt(this.#energy / this.#measured) });
    this.#energy = 0;
    this.#measured = 0;
  }

  #hand(samples: Float32Array): void {
    if (samples.length > 0) this.#tell({ kind: "piece", samples: toPcm16(samples) });
  }

  #tell(message: MicrophoneMessage): void {
    this.port.postMessage(message);
  }
}

registerProcessor("mentora-microphone", MicrophoneProcessor);
