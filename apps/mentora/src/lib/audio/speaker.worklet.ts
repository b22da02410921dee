/** Runs on the audio thread: plays the tutor's voice out of the jitter buffer and reports how far it got. */
import { JitterBuffer } from "./jitter.ts";
import type { SpeakerCommand, SpeakerReport } from "./speaker.ts";

const REPORT_EVERY_MS = 50;

class SpeakerProcessor extends AudioWorkletProcessor {
  readonly #buffer = new JitterBuffer(sampleRate);
  readonly #silent = new Float32Array(128);
  #muted = false;
  #audible = 0;
  #sinceReport = 0;
  #wasPlaying = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<SpeakerCommand>) => {
      if (data.kind === "play") this.#buffer.push(data.turnId, data.samples, data.offsetMs);
      else if (data.kind === "complete") this.#buffer.complete();
      else if (data.kind === "mute") this.#muted = data.muted;
      else this.#buffer.flush();
    };
  }

  process(_: Float32Array[][], [output]: Float32Array[][]): boolean {
    const channel = output?.[0];
    if (!channel) return true;
    // A muted voice runs on in silence, so that turning it on again does not fall behind the text.
    const speech = this.#buffer.pull(this.#muted ? this.#silent : channel);
    if (!this.#muted) this.#audible += speech;
    this.#sinceReport += channel.length;
    const playing = speech > 0;
    if (playing !== this.#wasPlaying || (playing && this.#sinceReport >= (REPORT_EVERY_MS / 1000) * sampleRate))
      this.#report(playing);
    return true;
  }

  #report(playing: boolean): void {
    this.#wasPlaying = playing;
    this.#sinceReport = 0;
    const report: SpeakerReport = {
      playing,
      played: this.#buffer.played,
      audibleMs: (this.#audible / sampleRate) * 1000,
    };
    this.port.postMessage(report);
  }
}

registerProcessor("mentora-speaker", SpeakerProcessor);
