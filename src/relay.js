// Hands sound on between the sockets of one conversation without waking Rust for every chunk, and decides nothing. Rust
// grants bytes, each direction its own. A chunk that is written exactly as Rust has said, and not longer than what is left
// of the grant, is handed on and counted; all else goes to Rust as it came. Rust takes the counts before it looks at
// anything, and is called every ten chunks to renew. A Rust that has lost its memory renews nothing, so all falls silent.
const REPORT_EVERY = 10;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** The chunk at hand, decoded. All conversations share it: it is used before anything else can happen. */
let pcm = new Uint8Array(0);
export class Relay {
  /** `rust`: where `frame(generation, text)`, `closed(generation, code, reason)` and `report()` go. */
  constructor(rust) { Object.assign(this, { rust }).begin('', '', '', '', 0); }
  /** A new life: how chunks are written, the longest one. What a life that ended without a word has left is closed. */
  begin(clientHead, clientTail, modelHead, modelTail, longest) {
    shut(this.close());
    this.fromClients = { head: clientHead, tail: clientTail };
    this.fromModels = { head: modelHead, tail: modelTail };
    if (pcm.length < longest) pcm = new Uint8Array(longest);
    Object.assign(this, { longest, listeners: new Map(), counts: [0, 0, 0, 0], spokenAt: 0 });
  }
  /** The model's socket, before it is accepted. */
  open(model, generation) {
    this.close();
    this.model = model;
    const end = (code, reason) => this.model === model && (this.close(), this.rust.closed(generation, code, reason));
    model.addEventListener('message', ({ data }) => {
      const text = typeof data === 'string' ? data : utf8.decode(data);
      if (this.model === model && !this.fromModel(text)) this.rust.frame(generation, text);
    });
    model.addEventListener('close', ({ code, reason }) => end(code, reason));
    model.addEventListener('error', ({ message }) => end(1006, `${message}`));
  }
  /** Forgets the model's socket and all grants. What was counted is still to be taken. */
  close() {
    const { model } = this;
    this.model = this.speech = this.answer = undefined;
    return model;
  }
  /** Who may speak, what to write around it, how many bytes may go. */
  grantSpeech(socket, head, tail, left) { this.speech = { socket, head, tail, left }; }
  revokeSpeech() { this.speech = undefined; }
  /** Which turn is spoken, what to write around it, its bytes in a millisecond, how many went, how many may go. */
  grantAnswer(turn, head, tail, perMs, sent, left) { this.answer = { turn, head, tail, perMs, sent, left }; }
  revokeAnswer() { this.answer = undefined; }
  listen(socket, binary) { this.listeners.set(socket, binary); }
  unlisten(socket) { this.listeners.delete(socket); }
  /** Chunks and bytes of speech, then of answers, since this was last called, and when the last of these came. */
  take() { return [...this.counts.splice(0, 4, 0, 0, 0, 0), this.spokenAt]; }
  fromClient(socket, message) {
    const grant = this.speech;
    if (grant === undefined || socket !== grant.socket) return false;
    const data = typeof message === 'string' ? within(this.fromClients, message) : undefined;
    const bytes = typeof message === 'string' ? this.decode(data) : message.byteLength;
    if (!this.fits(bytes, grant)) return false;
    send(this.model, grant.head + (data ?? new Uint8Array(message).toBase64()) + grant.tail);
    return this.count(0, bytes, grant);
  }
  fromModel(text) {
    const grant = this.answer;
    const data = grant && within(this.fromModels, text);
    const bytes = this.decode(data);
    if (!this.fits(bytes, grant)) return false;
    let asText, asBytes;
    for (const [socket, binary] of this.listeners)
      send(socket, binary ? (asBytes ??= framed(grant, bytes)) : (asText ??= grant.head + data + grant.tail));
    grant.sent += bytes;
    this.spokenAt = Date.now();
    return this.count(2, bytes, grant);
  }
  /** How many bytes it is, which `pcm` holds then; 0 if it is anything but base64, even a blank, which the decoder skips. */
  decode(data) {
    if (!data || data.length % 4 !== 0) return 0;
    const expected = (data.length / 4) * 3 - (data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0);
    try {
      return pcm.setFromBase64(data, { lastChunkHandling: 'strict' }).written === expected ? expected : 0;
    } catch { return 0; }
  }
  fits(bytes, grant) { return bytes > 0 && bytes % 2 === 0 && bytes <= this.longest && bytes <= grant.left; }
  /** The last thing done about a chunk, for a report may change every grant. */
  count(at, bytes, grant) {
    grant.left -= bytes;
    this.counts[at] += 1;
    this.counts[at + 1] += bytes;
    if (this.counts[0] + this.counts[2] >= REPORT_EVERY) this.rust.report();
    return true;
  }
}
const within = ({ head, tail }, text) => (text.startsWith(head) && text.endsWith(tail) ? text.slice(head.length, -tail.length) : undefined);
/** As a binary frame: index of the turn, place in it in ms, the sound. */
function framed({ turn, perMs, sent }, bytes) {
  const frame = new Uint8Array(8 + bytes);
  const header = new DataView(frame.buffer);
  header.setUint32(0, turn, true);
  header.setUint32(4, Math.floor(sent / perMs), true);
  frame.set(pcm.subarray(0, bytes), 8);
  return frame;
}
// A socket that is going away says so by its close event.
const send = (socket, message) => { try { socket.send(message); } catch {} };
const shut = (socket) => { try { socket?.close(1000, 'not needed any more'); } catch {} };
