// The life of a session as Mentora leads it, through Google's own JavaScript clients: our setup, turns taken by hand, breaking in,
// the announced end, resuming, and every way of being closed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dialogue, plan, said, speechlike, usageOf, versions } from './dialogue.mjs';

/** What Mentora asks for. */
const setup = (handle) => ({
	systemInstruction: 'You are a Socratic tutor.',
	maxOutputTokens: 1_024,
	speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } }, languageCode: 'en-US' },
	realtimeInputConfig: {
		automaticActivityDetection: { disabled: true },
		activityHandling: 'START_OF_ACTIVITY_INTERRUPTS',
		turnCoverage: 'TURN_INCLUDES_ONLY_ACTIVITY',
	},
	sessionResumption: handle ? { handle } : {},
	contextWindowCompression: { triggerTokens: '25600', slidingWindow: { targetTokens: '12800' } },
	safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_MEDIUM_AND_ABOVE' }],
});

const CLOSES = [
	[1007, 'API key expired. Please renew the API key.'],
	[1008, 'Operation is not implemented, or supported, or enabled.'],
	[1011, 'You exceeded your current quota, please check your plan and billing details.'],
];

for (const [version, name] of Object.entries(versions)) {
	const sdk = await import(name);

	test(`@google/genai ${version} takes its turns by hand and breaks in`, { timeout: 60_000 }, async () => {
		const dialogue = await Dialogue.open(sdk, setup());
		const begin = () => dialogue.session.sendRealtimeInput({ activityStart: {} });
		const speak = () => {
			dialogue.session.sendRealtimeInput({
				audio: { data: speechlike(1).toString('base64'), mimeType: 'audio/pcm;rate=16000' },
			});
			dialogue.session.sendRealtimeInput({ activityEnd: {} });
		};
		const audible = dialogue.until((message) => message.serverContent?.modelTurn, 'audio');
		begin();
		speak();
		assert.match(said(await audible, 'inputTranscription'), /spoken, \d+\.\d s/);

		const broken = dialogue.turn();
		begin();
		const rest = await broken;
		assert.ok(rest.some((message) => message.serverContent?.interrupted));
		assert.ok(!rest.some((message) => message.serverContent?.generationComplete));
		const turn = dialogue.turn();
		speak();
		const messages = await turn;
		assert.match(said(messages, 'outputTranscription'), /[?]$/);
		assert.ok(usageOf(messages).promptTokensDetails.some(({ modality, tokenCount }) => modality === 'AUDIO' && tokenCount > 0));
		dialogue.session.close();
	});

	test(`@google/genai ${version} is told of the end, closed, and resumes`, { timeout: 60_000 }, async () => {
		const marker = `Marker: farewell to ${version}.`;
		await plan([{ when: { text: marker, after: 'turnComplete' }, do: { goAway: { timeLeft: '0.5s' } } }]);
		const first = await Dialogue.open(sdk, setup());
		const farewell = first.until((message) => message.goAway, 'goAway');
		const parts = [{ text: '⟦move: challenge⟧' }, { text: `Homework helps nobody. ${marker}` }];
		first.session.sendClientContent({ turns: [{ role: 'user', parts }], turnComplete: true });
		const messages = await farewell;
		assert.equal(messages.at(-1).goAway.timeLeft, '0.5s');
		const before = usageOf(messages).promptTokenCount;
		const closed = await first.closed;
		assert.deepEqual([closed.code, /^Deadline expired/.test(closed.reason)], [1011, true], closed.reason);

		const updates = first.messages.filter((message) => message.sessionResumptionUpdate?.resumable);
		const second = await Dialogue.open(sdk, setup(updates.at(-1).sessionResumptionUpdate.newHandle));
		const turn = second.turn();
		second.session.sendClientContent({ turns: 'And reading?', turnComplete: true });
		assert.ok(usageOf(await turn).promptTokenCount > before, 'the session remembers what was said before');
		second.session.close();
	});

	test(`@google/genai ${version} reads why it is closed`, { timeout: 60_000 }, async () => {
		const markers = CLOSES.map(([code]) => `Marker: ${code} for ${version}.`);
		await plan(CLOSES.map(([code, reason], at) => ({ when: { text: markers[at], after: 'turn' }, do: { close: { code, reason } } })));
		for (const [at, [code, reason]] of CLOSES.entries()) {
			const dialogue = await Dialogue.open(sdk, setup());
			dialogue.session.sendClientContent({ turns: markers[at], turnComplete: true });
			const closed = await dialogue.closed;
			assert.deepEqual([closed.code, closed.reason], [code, reason]);
		}
	});

	test(`@google/genai ${version} is refused by a handle that nobody knows`, { timeout: 30_000 }, async () => {
		await assert.rejects(Dialogue.open(sdk, setup('00000000-0000-0000-0000-000000000000')), (refused) =>
			/1008.*not found/i.test(`${refused.code} ${refused.reason} ${refused.message}`),
		);
	});
}
