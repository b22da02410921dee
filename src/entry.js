// Where wrangler begins: the Worker as it was built, but for conversations, where the relay stands before the Rust class.
// It stands beside the class and not in it, for it outlives a panic, which takes Rust's memory and leaves the sockets.
// A handler of the Rust class that is not listed here is never called: a test compares the lists.
import { Conversation as Rust } from '../build/index.js';
import { Relay } from './relay.js';

export * from '../build/index.js';
export { default } from '../build/index.js';

export class Conversation {
  constructor(ctx, env) {
    // Rust finds the relay at `ctx`. The relay calls Rust by name: what Rust itself hands out dies with its memory.
    this.relay = ctx.relay = new Relay({
      frame: (generation, text) => this.rust.modelFrame(generation, text),
      closed: (generation, code, reason) => this.rust.modelClosed(generation, code, reason),
      report: () => this.rust.relayReport(),
    });
    this.rust = new Rust(ctx, env);
  }
  fetch(request) { return this.rust.fetch(request); }
  alarm() { return this.rust.alarm(); }
  connect(socket) { return this.rust.connect(socket); }
  webSocketMessage(socket, message) {
    if (!this.relay.fromClient(socket, message)) return this.rust.webSocketMessage(socket, message);
  }
  webSocketClose(socket, code, reason, wasClean) { return this.rust.webSocketClose(socket, code, reason, wasClean); }
  webSocketError(socket, error) { return this.rust.webSocketError(socket, error); }
}
