import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';

// In place of the Worker that was built: a class that answers every call with what it was given.
const BUILT = `
	const answer = (name) => function (...given) { return [name, this.name, ...given]; };
	export class Conversation {
		constructor(ctx, env) { Object.assign(this, { name: 'rust', ctx, env, relay: ctx.relay }); }
	}
	for (const name of ['fetch', 'alarm', 'connect', 'webSocketMessage', 'webSocketClose', 'webSocketError', 'modelFrame', 'modelClosed', 'relayReport'])
		Conversation.prototype[name] = answer(name);
	export const DocumentStore = 'the store';
	export default 'the Worker';
`;
registerHooks({
	resolve: (specifier, context, next) =>
		specifier.endsWith('/build/index.js') ? { url: `data:text/javascript,${encodeURIComponent(BUILT)}`, shortCircuit: true } : next(specifier, context),
});
const entry = await import('../../src/entry.js');

const HANDLERS = { fetch: 1, alarm: 0, connect: 1, webSocketMessage: 2, webSocketClose: 4, webSocketError: 2 };

test('all of the Worker is passed on, and only the conversation is another', () => {
	assert.deepEqual(Object.keys(entry).sort(), ['Conversation', 'DocumentStore', 'default']);
	assert.equal(entry.default, 'the Worker');
	assert.equal(entry.DocumentStore, 'the store');
});

test('every handler is passed on with all it is given', () => {
	const conversation = new entry.Conversation({}, 'env');
	for (const [name, count] of Object.entries(HANDLERS)) {
		const given = ['a', 'b', 'c', 'd'].slice(0, count);
		assert.deepEqual(conversation[name](...given), [name, 'rust', ...given]);
	}
	const own = Object.getOwnPropertyNames(entry.Conversation.prototype).filter((name) => name !== 'constructor');
	assert.deepEqual(own.sort(), Object.keys(HANDLERS).sort());
});

test('Rust finds the relay at its state, and the relay finds Rust by name', () => {
	const ctx = {};
	const conversation = new entry.Conversation(ctx, 'env');
	assert.equal(conversation.rust.relay, ctx.relay, 'it is there before Rust is');
	assert.deepEqual(ctx.relay.rust.frame(7, '{}'), ['modelFrame', 'rust', 7, '{}']);
	assert.deepEqual(ctx.relay.rust.closed(7, 1000, ''), ['modelClosed', 'rust', 7, 1000, '']);
	assert.deepEqual(ctx.relay.rust.report(), ['relayReport', 'rust']);
});

test('what the relay hands on does not reach Rust', () => {
	const conversation = new entry.Conversation({}, 'env');
	conversation.relay.fromClient = (socket, message) => message === 'plain';
	assert.equal(conversation.webSocketMessage('socket', 'plain'), undefined);
	assert.deepEqual(conversation.webSocketMessage('socket', 'odd'), ['webSocketMessage', 'rust', 'socket', 'odd']);
});
