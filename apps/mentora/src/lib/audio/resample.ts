/**
 * Streaming sample-rate conversion: windowed sinc, cut off below the lower of the two Nyquist frequencies so that
 * what the target rate cannot carry does not come back as noise. Pieces may be of any length; nothing is lost between them.
 */
export class Resampler {
  readonly #step: number;
  readonly #cutoff: number;
  readonly #reach: number;
  readonly #kernels = new Map<number, Float32Array>();
  /** Input not yet outlived; starts with silence so that the first output needs nothing from before the beginning. */
  #input: Float32Array;
  /** Where in `#input` the next output sample lies. */
  #at: number;

  constructor(fromRate: number, toRate: number) {
    this.#step = fromRate / toRate;
    this.#cutoff = Math.min(1, toRate / fromRate) * 0.92;
    this.#reach = Math.ceil(ZERO_CROSSINGS / this.#cutoff);
    this.#input = new Float32Array(this.#reach);
    this.#at = this.#reach;
  }

  push(piece: Float32Array): Float32Array {
    const input = new Float32Array(this.#input.length + piece.length);
    input.set(this.#input);
    input.set(piece, this.#input.length);
    const ready = Math.max(0, Math.ceil((input.length - this.#reach - this.#at) / this.#step));
    const output = new Float32Array(ready);
    for (let n = 0; n < ready; n++) {
      output[n] = this.#sampleAt(input, this.#at);
      this.#at += this.#step;
    }
    const outlived = Math.min(input.length, Math.max(0, Math.floor(this.#at) - this.#reach));
    this.#input = input.slice(outlived);
    this.#at -= outlived;
    return output;
  }

  #sampleAt(input: Float32Array, place: number): number {
    const centre = Math.floor(place);
    const weights = this.#weights(Math.round((place - centre) * PHASES));
    const first = centre - this.#reach + 1;
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += (weights[k] ?? 0) * (input[first + k] ?? 0);
    return sum;
  }

  /** Sines are dear on a phone's audio thread, and few fractional places come up: each is computed once. */
  #weights(phase: number): Float32Array {
    const known = this.#kernels.get(phase);
    if (known) return known;
    const weights = Float32Array.from({ length: 2 * this.#reach }, (_, k) =>
      this.#kernel(phase / PHASES - (k - this.#reach + 1)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    // Dividing by the sum keeps a constant input constant for every fractional place.
    const scaled = weights.map((weight) => weight / sum);
    this.#kernels.set(phase, scaled);
    return scaled;
  }

  #kernel(distance: number): number {
    const x = distance * this.#cutoff * Math.PI;
    const sinc = x === 0 ? 1 : Math.sin(x) / x;
    const edge = distance / this.#reach;
    return Math.abs(edge) >= 1 ? 0 : sinc * (0.5 + 0.5 * Math.cos(Math.PI * edge));
  }
}

const ZERO_CROSSINGS = 12;
const PHASES = 512;

export function toPcm16(samples: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767));
}
