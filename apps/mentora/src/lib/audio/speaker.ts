/** The loudspeaker: takes the tutor's PCM as it comes, and tells what was played of it. */
import type { TutorAudio } from "mentora-api";
import type { Played } from "./jitter.ts";
import workletUrl from "./speaker.worklet.ts?worker&url";

const TUTOR_RATE = 24_000;

export type SpeakerCommand =
  | { kind: "play"; turnId: string; offsetMs: number | null; samples: Float32Array }
  | { kind: "complete" }
  | { kind: "mute"; muted: boolean }
  | { kind: "flush" };

export interface SpeakerReport {
  playing: boolean;
  played: Played | null;
  /** All that came out of the loudspeaker since the page was loaded. */
  audibleMs: number;
}

export class Speaker {
  readonly #context = new AudioContext({ sampleRate: TUTOR_RATE });
  readonly #onReport: (report: SpeakerReport) => void;
  readonly #node: Promise<AudioWorkletNode>;

  /** `onBlocked` tells whether the browser keeps the sound back until somebody touches the page. */
  constructor(onReport: (report: SpeakerReport) => void, onBlocked: (blocked: boolean) => void) {
    this.#onReport = onReport;
    this.#node = this.#build();
    const tell = () => onBlocked(this.#context.state === "suspended");
    this.#context.onstatechange = tell;
    tell();
  }

  /** To be called from a click or a key: only then may a page make itself heard. */
  async unlock(): Promise<void> {
    if (this.#context.state === "suspended") await this.#context.resume();
  }

  play({ turnId, offsetMs, samples }: TutorAudio): void {
    if (!turnId) return;
    const floats = Float32Array.from(samples, (sample) => sample / 32_768);
    this.#command({ kind: "play", turnId, offsetMs, samples: floats });
  }

  /** The answer is complete: no need to wait for more before playing it. */
  complete(): void {
    this.#command({ kind: "complete" });
  }

  mute(muted: boolean): void {
    this.#command({ kind: "mute", muted });
  }

  flush(): void {
    this.#command({ kind: "flush" });
  }

  async close(): Promise<void> {
    this.#context.onstatechange = null;
    await this.#context.close();
  }

  async #build(): Promise<AudioWorkletNode> {
    await this.#context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(this.#context, "mentora-speaker", { numberOfInputs: 0, outputChannelCount: [1] });
    node.port.onmessage = ({ data }: MessageEvent<SpeakerReport>) => this.#onReport(data);
    node.connect(this.#context.destination);
    return node;
  }

  #command(command: SpeakerCommand): void {
    // Commands keep their order: all of them wait for the same promise.
    void this.#node
      .then((node) => node.port.postMessage(command))
      .catch(() => {
        // Without a worklet the conversation goes on in writing.
      });
  }
}
