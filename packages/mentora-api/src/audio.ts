/** Sound on the wire: PCM, 16 bit little-endian, one channel; the tutor at 24 kHz. */

export interface TutorAudio {
  /** Known from base64 frames, and from binary ones once `ai_response_start` has named the turn. */
  turnId: string | null;
  /** Only binary frames tell it. */
  turnIndex: number | null;
  /** Place of this piece in the turn; null where the frame does not tell (then it follows the one before). */
  offsetMs: number | null;
  samples: Int16Array;
}

const HEADER_BYTES = 8;

/** A binary server frame: u32 LE turn index, u32 LE ms offset, samples. Null when it is no such frame. */
export function audioFromBinary(frame: ArrayBuffer, turnId: string | null): TutorAudio | null {
  if (frame.byteLength < HEADER_BYTES || (frame.byteLength - HEADER_BYTES) % 2 !== 0) return null;
  const header = new DataView(frame);
  return {
    turnId,
    turnIndex: header.getUint32(0, true),
    offsetMs: header.getUint32(4, true),
    samples: samplesOf(frame.slice(HEADER_BYTES)),
  };
}

export function audioFromBase64(data: string, turnId: string): TutorAudio {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return { turnId, turnIndex: null, offsetMs: null, samples: samplesOf(bytes.buffer) };
}

export function audioToBase64(samples: Int16Array): string {
  const bytes = new Uint8Array(littleEndian(samples).buffer);
  let text = "";
  // `String.fromCharCode(...all)` overflows the stack for long chunks.
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(text);
}

/** A copy whose bytes are little-endian whatever the machine is. */
export function littleEndian(samples: Int16Array): Int16Array<ArrayBuffer> {
  const copy = new Int16Array(samples.length);
  const view = new DataView(copy.buffer);
  samples.forEach((sample, at) => view.setInt16(at * 2, sample, true));
  return copy;
}

function samplesOf(bytes: ArrayBuffer): Int16Array {
  const view = new DataView(bytes);
  return Int16Array.from({ length: bytes.byteLength >> 1 }, (_, at) => view.getInt16(at * 2, true));
}
