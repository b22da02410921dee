import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { polyfill } from './base64.mjs';
import { Relay } from '../../src/relay.js';

polyfill();

const table = JSON.parse(readFileSync(new URL('./frames.json', import.meta.url), 'utf8'));
const LONGEST = 65_536;
const silence = (bytes) => Buffer.alloc(bytes).toString('base64');
const written = (frame) => frame.replace(/\{\{(\d+)\}\}/, (_, bytes) => silence(Number(bytes)));
const chunk = (data) => `${table.layouts.client[0]}${data}${table.layouts.client[1]}`;
const spoken = (data) => `${table.layouts.model[0]}${data}${table.layouts.model[1]}`;

/** A socket that remembers what it was sent. */
class Socket extends EventTarget {
	sent = [];
	closed = false;
	send(message) {
		if (this.closed) throw new TypeError('closed');
		this.sent.push(message);
	}
	close() {
		this.closed = true;
	}
	hears(data) {
		this.dispatchEvent(Object.assign(new Event('message'), { data }));
	}
	ends(code, reason = '') {
		this.dispatchEvent(Object.assign(new Event('close'), { code, reason }));
	}
}

/** A relay between a student and a model, both granted `left` bytes. */
function scene({ left = 1_000_000, speech = left, answer = left } = {}) {
	const told = [];
	const rust = {
		frame: (...frame) => told.push(['frame', ...frame]),
		closed: (...how) => told.push(['closed', ...how]),
		report: () => told.push(['report', ...counted(relay)]),
	};
	const relay = new Relay(rust);
	relay.begin(...table.layouts.client, ...table.layouts.model, LONGEST);
	const [student, model] = [new Socket(), new Socket()];
	relay.open(model, 7);
	relay.listen(student, true);
	if (speech) relay.grantSpeech(student, '<', '>', speech);
	if (answer) relay.grantAnswer(3, '{', '}', 48, 0, answer);
	return { relay, student, model, told, rust };
}

/** What was relayed; when, is another matter. */
const counted = (relay) => relay.take().slice(0, 4);

for (const { name, frame, relayed, pcm } of table.client) {
	test(`a client's frame: ${name}`, () => {
		const { relay, student, model } = scene();
		assert.equal(relay.fromClient(student, written(frame)), relayed);
		assert.deepEqual(counted(relay), relayed ? [1, pcm, 0, 0] : [0, 0, 0, 0]);
		const data = written(frame).slice(table.layouts.client[0].length, -table.layouts.client[1].length);
		assert.deepEqual(model.sent, relayed ? [`<${data}>`] : []);
	});
}

for (const { name, bytes, relayed, pcm } of table.clientBinary) {
	test(`a client's binary frame: ${name}`, () => {
		const { relay, student, model } = scene();
		assert.equal(relay.fromClient(student, new ArrayBuffer(bytes)), relayed);
		assert.deepEqual(counted(relay), relayed ? [1, pcm, 0, 0] : [0, 0, 0, 0]);
		assert.deepEqual(model.sent, relayed ? [`<${silence(bytes)}>`] : []);
	});
}

for (const { name, frame, relayed, pcm } of table.model) {
	test(`the model's frame: ${name}`, () => {
		const { relay, student, model, told } = scene();
		model.hears(Buffer.from(written(frame)).buffer.slice(0, 0)); // an empty one first: to Rust, as it came
		model.hears(written(frame));
		assert.deepEqual(told, [['frame', 7, ''], ...(relayed ? [] : [['frame', 7, written(frame)]])]);
		assert.deepEqual(counted(relay), relayed ? [0, 0, 1, pcm] : [0, 0, 0, 0]);
		assert.equal(student.sent.length, relayed ? 1 : 0);
	});
}

test('a binary frame of the model is read as UTF-8', () => {
	const { relay, model, told } = scene();
	const bytes = new TextEncoder().encode(spoken(silence(960)));
	model.hears(bytes.buffer);
	assert.deepEqual([counted(relay), told], [[0, 0, 1, 960], []]);
	model.hears(new TextEncoder().encode('{"öä":1}').buffer);
	assert.deepEqual(told, [['frame', 7, '{"öä":1}']]);
});

test('everybody who listens gets an answer in the form they want, with its place in it', () => {
	const { relay, student, model } = scene();
	const [reader, gone, stranger] = [new Socket(), new Socket(), new Socket()];
	relay.listen(reader, false);
	relay.listen(gone, false);
	gone.close();
	relay.listen(stranger, true);
	relay.unlisten(stranger);
	const sound = Buffer.from([1, 2, 3, 4]);
	relay.grantAnswer(3, '{', '}', 48, 4_800 + 47, 100);
	model.hears(spoken(sound.toString('base64')));
	model.hears(spoken(sound.toString('base64')));
	assert.deepEqual(reader.sent, ['{AQIDBA==}', '{AQIDBA==}']);
	const places = student.sent.map((frame) => [...new Uint32Array(frame.buffer.slice(0, 8))]);
	assert.deepEqual(places, [[3, 100], [3, 101]]);
	assert.deepEqual([...student.sent[0].slice(8)], [1, 2, 3, 4]);
	assert.deepEqual(stranger.sent, []);
});

test('nothing goes without a grant, from somebody else, or beyond the grant', () => {
	const without = scene({ left: 0 });
	assert.equal(without.relay.fromClient(without.student, new ArrayBuffer(2)), false);
	without.model.hears(spoken('AAA='));
	assert.equal(without.told.length, 1);

	const { relay, student, model, told } = scene({ left: 10 });
	assert.equal(relay.fromClient(new Socket(), new ArrayBuffer(2)), false);
	assert.equal(relay.fromClient(student, new ArrayBuffer(8)), true);
	assert.equal(relay.fromClient(student, chunk(silence(4))), false, 'two bytes are left');
	assert.equal(relay.fromClient(student, new ArrayBuffer(2)), true);
	assert.equal(relay.fromClient(student, new ArrayBuffer(2)), false);
	model.hears(spoken(silence(10)));
	model.hears(spoken(silence(2)));
	assert.equal(told.length, 1, 'what is beyond the grant goes to Rust');
	assert.deepEqual(counted(relay), [2, 10, 1, 10]);
});

test('each direction has a grant of its own', () => {
	const { relay, student, model } = scene();
	relay.revokeAnswer();
	assert.equal(relay.fromClient(student, new ArrayBuffer(2)), true);
	relay.revokeSpeech();
	relay.grantAnswer(3, '{', '}', 48, 0, 100);
	assert.equal(relay.fromClient(student, new ArrayBuffer(2)), false);
	model.hears(spoken('AAA='));
	assert.deepEqual(counted(relay), [1, 2, 1, 2]);
});

test('a grant takes the place of what is left of the one before', () => {
	const { relay, student } = scene({ left: 100 });
	relay.grantSpeech(student, '<', '>', 4);
	assert.equal(relay.fromClient(student, new ArrayBuffer(6)), false);
	assert.equal(relay.fromClient(student, new ArrayBuffer(4)), true);
});

test('every ten chunks are reported, and what was taken is not told again', () => {
	const { relay, student, model, told } = scene();
	for (let n = 0; n < 9; n += 1) relay.fromClient(student, new ArrayBuffer(2));
	assert.deepEqual(told, []);
	model.hears(spoken('AAA='));
	assert.deepEqual(told, [['report', 9, 18, 1, 2]]);
	relay.fromClient(student, new ArrayBuffer(2));
	assert.deepEqual([counted(relay), counted(relay)], [[1, 2, 0, 0], [0, 0, 0, 0]]);
	for (let n = 0; n < 9; n += 1) relay.fromClient(student, new ArrayBuffer(2));
	assert.equal(told.length, 1, 'taking begins the count anew');
});

test('when the last of an answer came is told', () => {
	const { relay, student, model } = scene();
	relay.fromClient(student, new ArrayBuffer(2));
	assert.equal(relay.take()[4], 0);
	const before = Date.now();
	model.hears(spoken('AAA='));
	const at = relay.take()[4];
	assert.ok(at >= before && at <= Date.now(), `${at}`);
});

test('what a report changes holds for the next chunk', () => {
	const { relay, student, rust } = scene();
	rust.report = () => (counted(relay), relay.revokeSpeech());
	for (let n = 0; n < 10; n += 1) assert.equal(relay.fromClient(student, new ArrayBuffer(2)), true);
	assert.equal(relay.fromClient(student, new ArrayBuffer(2)), false);
});

test('the end of the model is told once, and ends all grants but no count', () => {
	const { relay, student, model, told } = scene();
	relay.fromClient(student, new ArrayBuffer(2));
	model.ends(1011, 'gone');
	model.ends(1006);
	model.hears(spoken('AAA='));
	assert.deepEqual(told, [['closed', 7, 1011, 'gone']]);
	assert.equal(relay.fromClient(student, new ArrayBuffer(2)), false);
	assert.deepEqual(counted(relay), [1, 2, 0, 0]);
});

test('an error of the model is its end', () => {
	const { model, told } = scene();
	model.dispatchEvent(Object.assign(new Event('error'), { message: 'broken' }));
	model.ends(1006);
	assert.deepEqual(told, [['closed', 7, 1006, 'broken']]);
});

test('a model that was given up is heard no more', () => {
	const { relay, model, told, student } = scene();
	assert.equal(relay.close(), model);
	model.hears('{}');
	model.ends(1000);
	assert.deepEqual(told, []);
	assert.equal(relay.fromClient(student, new ArrayBuffer(2)), false);
	const next = new Socket();
	relay.open(next, 8);
	next.hears('{}');
	model.hears('{}');
	assert.deepEqual(told, [['frame', 8, '{}']]);
});

test('a new life closes the model of the one before, and knows nothing', () => {
	const { relay, student, model, told } = scene();
	relay.fromClient(student, new ArrayBuffer(2));
	relay.begin(...table.layouts.client, ...table.layouts.model, LONGEST);
	assert.equal(model.closed, true);
	model.hears(spoken('AAA='));
	model.ends(1000);
	assert.equal(relay.fromClient(student, new ArrayBuffer(2)), false);
	assert.deepEqual([told, counted(relay), student.sent], [[], [0, 0, 0, 0], []]);
});

test('a relay that has never begun hands nothing on', () => {
	const relay = new Relay({});
	assert.equal(relay.fromClient(new Socket(), new ArrayBuffer(2)), false);
	assert.deepEqual(counted(relay), [0, 0, 0, 0]);
});

test('a socket that is closing swallows what it is sent', () => {
	const { relay, student, model } = scene();
	model.close();
	assert.equal(relay.fromClient(student, new ArrayBuffer(2)), true);
	assert.deepEqual(counted(relay), [1, 2, 0, 0]);
});

test('it is short, imports nothing and waits for nothing', () => {
	const source = readFileSync(new URL('../../src/relay.js', import.meta.url), 'utf8');
	assert.ok(source.split('\n').length <= 100, `${source.split('\n').length} lines`);
	assert.doesNotMatch(source, /\bimport\b|setTimeout|setInterval|await|Promise/);
});
