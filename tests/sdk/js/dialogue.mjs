// A dialogue with mentora-sim through Google's own JavaScript client. The sim's address comes in SIM_URL.
import assert from 'node:assert/strict';

export const base = process.env.SIM_URL;
assert.ok(base, 'SIM_URL must name a running mentora-sim, e.g. http://127.0.0.1:8799');

const MODEL = 'gemini-3.8-live';
const PATIENCE = 20_000;
export const versions = { '2.32.0': 'genai-2', '3.1.0': 'genai-3' };

/** A Live session that collects what the server says, turn by turn. */
export class Dialogue {
	static async open({ GoogleGenAI }, config = {}) {
		const dialogue = new Dialogue();
		const client = new GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl: base } });
		const connecting = client.live.connect({
			model: MODEL,
			config: { responseModalities: ['AUDIO'], inputAudioTranscription: {}, outputAudioTranscription: {}, ...config },
			callbacks: {
				onmessage: (message) => dialogue.#arrived(message),
				onclose: (event) => dialogue.#closed(event),
			},
		});
		// connect() never settles when the server closes before setupComplete.
		dialogue.session = await Promise.race([connecting, dialogue.closed.then((event) => Promise.reject(event))]);
		return dialogue;
	}

	messages = [];
	#waiters = [];
	#onClose;
	closed = new Promise((resolve) => (this.#onClose = resolve));

	#arrived(message) {
		this.messages.push(message);
		this.#waiters = this.#waiters.filter(({ until, done }) => !(until(message) && (done(), true)));
	}

	#closed(event) {
		this.#onClose(event);
	}

	/** Messages from now until (and with) the one wanted. */
	async until(wanted, what) {
		const begin = this.messages.length;
		const arrived = new Promise((done) => this.#waiters.push({ until: wanted, done }));
		let timer;
		const late = new Promise((_, reject) => {
			timer = setTimeout(() => reject(new Error(`no ${what} within ${PATIENCE} ms`)), PATIENCE);
		});
		try {
			await Promise.race([arrived, late]);
		} finally {
			clearTimeout(timer);
		}
		return this.messages.slice(begin);
	}

	turn() {
		return this.until((message) => message.serverContent?.turnComplete, 'turnComplete');
	}
}

export const said = (messages, kind) => messages.map((message) => message.serverContent?.[kind]?.text ?? '').join('');

export const usageOf = (messages) => messages.findLast((message) => message.usageMetadata).usageMetadata;

export const audioBytes = (messages) =>
	messages
		.flatMap((message) => message.serverContent?.modelTurn?.parts ?? [])
		.filter((part) => part.inlineData)
		.reduce((sum, part) => {
			assert.equal(part.inlineData.mimeType, 'audio/pcm;rate=24000');
			return sum + Buffer.from(part.inlineData.data, 'base64').length;
		}, 0);

/** Something as loud as speech: syllables of a vowel-like sound. 16 kHz, 16 bit. */
export function speechlike(seconds) {
	const samples = new Int16Array(16_000 * seconds);
	for (let n = 0; n < samples.length; n++) {
		const syllable = Math.max(0, Math.sin((n / 16_000) * Math.PI * 8));
		samples[n] = 9_000 * syllable * Math.sin((n / 16_000) * 2 * Math.PI * 170);
	}
	return Buffer.from(samples.buffer);
}

/** What goes wrong next, and only that. */
export async function plan(faults) {
	const answer = await fetch(`${base}/sim/plan`, { method: 'POST', body: JSON.stringify(faults) });
	assert.ok(answer.ok, await answer.text());
}
