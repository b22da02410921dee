import { audioToBase64, littleEndian } from "./audio.ts";
import type { ClientFrame } from "./frames.ts";
import type { Line, LineListener } from "./line.ts";

/** What has come is told to the server after so many bytes: it cannot see how far behind we are with reading. */
const TOLD_EVERY_BYTES = 256 * 1024;
const OPEN = 1;
const PONG = '{"type":"pong"}';

/** A line over a WebSocket. */
export class SocketLine implements Line {
  readonly beatsItself = false;
  readonly #socket: WebSocket;
  readonly #binary: boolean;
  #received = 0;
  #told = 0;

  constructor(socket: WebSocket, binary: boolean, listener: LineListener) {
    this.#socket = socket;
    this.#binary = binary;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      this.#count(data as string | ArrayBuffer);
      if (typeof data === "string") listener.text(data);
      else listener.sound(data as ArrayBuffer);
    };
    socket.onclose = ({ code }) => listener.closed(code);
    // A close follows, and it has the code.
    socket.onerror = () => {};
  }

  send(frame: ClientFrame): boolean {
    if (this.#socket.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  speak(samples: Int16Array): boolean {
    if (!this.#binary) return this.send({ type: "audio_chunk", data: audioToBase64(samples) });
    if (this.#socket.readyState !== OPEN) return false;
    this.#socket.send(littleEndian(samples));
    return true;
  }

  hangUp(): void {
    this.#socket.close(1000);
  }

  #count(data: string | ArrayBuffer): void {
    if (data === PONG) return;
    this.#received += typeof data === "string" ? new TextEncoder().encode(data).length : data.byteLength;
    if (this.#received - this.#told < TOLD_EVERY_BYTES) return;
    this.#told = this.#received;
    this.send({ type: "ping", received: this.#received });
  }
}
