// Google's own JavaScript clients hold a dialogue with mentora-sim: three turns by text, one by voice, one
// interrupted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dialogue, audioBytes, base, said, speechlike, usageOf, versions } from './dialogue.mjs';

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
