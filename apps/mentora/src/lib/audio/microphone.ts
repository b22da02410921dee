/** The microphone, open only while the student talks: between utterances the browser's recording sign is off. */
import workletUrl from "./microphone.worklet.ts?worker&url";

export const MICROPHONE_RATE = 16_000;

export type MicrophoneMessage =
  { kind: "piece"; samples: Int16Array<ArrayBuffer> } | { kind: "level"; rms: number } | { kind: "end" };

export type MicrophoneFault = "microphone_denied" | "microphone_missing" | "microphone_failed";

export interface Ears {
  piece(samples: Int16Array): void;
  /** 0..1, scaled so that ordinary speech fills about half. */
  level(level: number): void;
}

export class Microphone {
  readonly #stream: MediaStream;
  readonly #context: AudioContext;
  readonly #node: AudioWorkletNode;
  readonly #ended: Promise<void>;

  private constructor(stream: MediaStream, context: AudioContext, ears: Ears) {
    this.#stream = stream;
    this.#context = context;
    this.#node = new AudioWorkletNode(context, "mentora-microphone", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    this.#ended = new Promise((ended) => {
      this.#node.port.onmessage = ({ data }: MessageEvent<MicrophoneMessage>) => {
        if (data.kind === "piece") ears.piece(data.samples);
        else if (data.kind === "level") ears.level(Math.min(1, Math.sqrt(data.rms) * 1.6));
        else ended();
      };
    });
    context.createMediaStreamSource(stream).connect(this.#node);
  }

  /** Rejects with what `microphoneFault` can name. */
  static async open(ears: Ears): Promise<Microphone> {
    if (!navigator.mediaDevices) throw new DOMException("needs a secure context", "NotAllowedError");
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    // At the device's own rate: not every browser converts a microphone to the rate of the context.
    const context = new AudioContext();
    try {
      await context.audioWorklet.addModule(workletUrl);
      await context.resume();
      return new Microphone(stream, context, ears);
    } catch (error) {
      release(stream, context);
      throw error;
    }
  }

  /** Hands over the last piece, then lets the device go. */
  async close(): Promise<void> {
    this.#node.port.postMessage("end");
    await Promise.race([this.#ended, new Promise((late) => setTimeout(late, 300))]);
    release(this.#stream, this.#context);
  }
}

export function microphoneFault(error: unknown): MicrophoneFault {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "microphone_denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "microphone_missing";
  return "microphone_failed";
}

function release(stream: MediaStream, context: AudioContext): void {
  for (const track of stream.getTracks()) track.stop();
  void context.close();
}
