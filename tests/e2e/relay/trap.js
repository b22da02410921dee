// The Worker, with two frames more that only a test sends. What is answered is called a `pong`.
import { Conversation as Built } from '../build/index.js';
import { Conversation as Entry } from './entry.js';

export * from '../build/index.js';
export { default } from '../build/index.js';

// No object has this address, so Rust reads where there is no memory, and traps as a panic does.
const NOWHERE = { __wbg_ptr: 0x7fff_fff0 };
const methods = ({ prototype }) => Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');

export class Conversation extends Entry {
	webSocketMessage(socket, message) {
		switch (message) {
			case 'methods':
				return socket.send(JSON.stringify({ type: 'pong', built: methods(Built), entry: methods(Entry) }));
			case 'trap':
				return this.rust.relayReport.call(NOWHERE);
			default:
				return super.webSocketMessage(socket, message);
		}
	}
}
