// Google's own JavaScript clients hold a dialogue with mentora-sim: three turns by text, one by voice, one
// interrupted. The sim's address comes in SIM_URL.
import assert from 'node:assert/strict';
import { test } from 'node:test';

const base = process.env.SIM_URL;
assert.ok(base, 'SIM_URL must name a running mentora-sim, e.g. http://127.0.0.1:8799');

const MODEL = 'gemini-3.8-live';
const PATIENCE = 20_000;
const versions = { '2.32.0': 'genai-2', '3.1.0': 'genai-3' };

/** A Live session that collects what the server says, turn by turn. */
class Dialogue {
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

const said = (messages, kind) => messages.map((message) => message.serverContent?.[kind]?.text ?? '').join('');

const usageOf = (messages) => messages.findLast((message) => message.usageMetadata).usageMetadata;

const audioBytes = (messages) =>
	messages
		.flatMap((message) => message.serverContent?.modelTurn?.parts ?? [])
		.filter((part) => part.inlineData)
		.reduce((sum, part) => {
			assert.equal(part.inlineData.mimeType, 'audio/pcm;rate=24000');
			return sum + Buffer.from(part.inlineData.data, 'base64').length;
		}, 0);

/** Something as loud as speech: syllables of a vowel-like sound. 16 kHz, 16 bit. */
function speechlike(seconds) {
	const samples = new Int16Array(16_000 * seconds);
	for (let n = 0; n < samples.length; n++) {
		const syllable = Math.max(0, Math.sin((n / 16_000) * Math.PI * 8));
		samples[n] = 9_000 * syllable * Math.sin((n / 16_000) * 2 * Math.PI * 170);
	}
	return Buffer.from(samples.buffer);
}

for (const [version, name] of Object.entries(versions)) {
	const sdk = await import(name);

	test(`@google/genai ${version} argues three turns by text`, { timeout: 90_000 }, async () => {
		const dialogue = await Dialogue.open(sdk);
		let prompt = 0;
		for (const text of [
			'I think social media harms young people.',
			'Because they compare themselves with others all day long.',
			'A study of 2019 showed that anxiety rises with screen time.',
		]) {
			const turn = dialogue.turn();
			dialogue.session.sendClientContent({ turns: text, turnComplete: true });
			const messages = await turn;
			assert.match(said(messages, 'outputTranscription'), /[?]$/, 'the tutor asks a question');
			assert.ok(audioBytes(messages) > 24_000 * 2, 'more than a second of audio');
			assert.ok(messages.some((message) => message.serverContent?.generationComplete));
			const usage = usageOf(messages);
			assert.ok(usage.promptTokenCount > prompt, 'the context grows');
			assert.ok(Math.abs(usage.responseTokenCount - (audioBytes(messages) / 48_000) * 25) < 2, '25 tokens a second');
			prompt = usage.promptTokenCount;
		}
		dialogue.session.close();
	});

	test(`@google/genai ${version} speaks a turn and is interrupted by its own voice`, { timeout: 90_000 }, async () => {
		const dialogue = await Dialogue.open(sdk, {
			realtimeInputConfig: { automaticActivityDetection: { silenceDurationMs: 300 } },
		});
		const speak = (seconds) => {
			const pcm = Buffer.concat([speechlike(seconds), Buffer.alloc(32_000)]);
			for (let at = 0; at < pcm.length; at += 3_200) {
				const data = pcm.subarray(at, at + 3_200).toString('base64');
				dialogue.session.sendRealtimeInput({ audio: { data, mimeType: 'audio/pcm;rate=16000' } });
			}
		};
		const audible = dialogue.until((message) => message.serverContent?.modelTurn, 'audio');
		speak(1.5);
		const beginning = await audible;
		assert.match(said(beginning, 'inputTranscription'), /spoken, \d+\.\d s/, 'the sim is honest about what it heard');

		const broken = dialogue.turn();
		speak(1);
		const rest = await broken;
		assert.ok(rest.some((message) => message.serverContent?.interrupted));
		assert.ok(!rest.some((message) => message.serverContent?.generationComplete));
		const messages = await dialogue.turn();
		assert.match(said(messages, 'outputTranscription'), /[?]$/);
		dialogue.session.close();
	});

	test(`@google/genai ${version} marks its own activity and resumes by handle`, { timeout: 90_000 }, async () => {
		const config = {
			sessionResumption: {},
			realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
		};
		const first = await Dialogue.open(sdk, config);
		const offered = first.until((message) => message.sessionResumptionUpdate?.resumable, 'a resumable handle');
		first.session.sendRealtimeInput({ activityStart: {} });
		first.session.sendRealtimeInput({
			audio: { data: speechlike(1).toString('base64'), mimeType: 'audio/pcm;rate=16000' },
		});
		first.session.sendRealtimeInput({ activityEnd: {} });
		const handle = (await offered).findLast((message) => message.sessionResumptionUpdate?.resumable).sessionResumptionUpdate
			.newHandle;
		const before = usageOf(first.messages).promptTokenCount;
		first.session.close();
		await first.closed;

		const second = await Dialogue.open(sdk, { ...config, sessionResumption: { handle } });
		const turn = second.turn();
		second.session.sendClientContent({ turns: 'And lamps?', turnComplete: true });
		const usage = usageOf(await turn);
		assert.ok(usage.promptTokenCount > before, 'the session remembers what was said before');
		second.session.close();
	});

	test(`@google/genai ${version} is told why a setup is refused`, { timeout: 30_000 }, async () => {
		await assert.rejects(
			Dialogue.open(sdk, { responseModalities: ['TEXT'] }),
			// 2.32.0 leaves its promise open and only reports the close; 3.1.0 rejects with the text.
			(refused) => /1007/.test(`${refused.code} ${refused.message}`) && /invalid argument/.test(`${refused.reason} ${refused.message}`),
		);
	});

	test(`@google/genai ${version} reads generateContent, its stream and countTokens`, { timeout: 30_000 }, async () => {
		const client = new sdk.GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl: base } });
		const request = { model: 'gemini-3.5-flash-lite', contents: 'Homework should be abolished.' };
		const answer = await client.models.generateContent({
			...request,
			config: {
				responseMimeType: 'application/json',
				responseSchema: {
					type: 'OBJECT',
					properties: { move: { type: 'STRING', enum: ['clarify', 'challenge'] }, reason: { type: 'STRING' } },
					required: ['move', 'reason'],
				},
			},
		});
		const verdict = JSON.parse(answer.text);
		assert.ok(['clarify', 'challenge'].includes(verdict.move));
		assert.ok(verdict.reason.length > 0);
		let streamed = '';
		for await (const chunk of await client.models.generateContentStream(request)) streamed += chunk.text ?? '';
		assert.match(streamed, /[?]$/);
		assert.ok((await client.models.countTokens(request)).totalTokens > 0);
	});
}
