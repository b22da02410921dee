// `@sendgrid/mail` sends through mentora-sim; and it makes of one mail what crates/mail makes of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import client from '@sendgrid/client';
import { Mail } from '@sendgrid/helpers/classes/index.js';
import sendgrid from '@sendgrid/mail';

const base = process.env.SIM_URL;
assert.ok(base, 'SIM_URL must name a running mentora-sim, e.g. http://127.0.0.1:8799');

// What our own code makes of a mail: a test of crates/mail writes it.
const ours = JSON.parse(readFileSync(new URL('low_balance.json', import.meta.url), 'utf8'));

sendgrid.setClient(client);
sendgrid.setTimeout(5_000);

/** A key, which sets the client's base URL back to SendGrid's own. */
function useKey(key) {
	sendgrid.setApiKey(key);
	client.setDefaultRequest('baseUrl', `${base}/`);
}

/** The same mail in the client's words. */
const mail = () => ({
	to: { email: 'kim@example.org', name: 'Kim' },
	from: 'Mentora <hello@mentora.example>',
	subject: ours.subject,
	text: ours.content[0].value,
	html: ours.content[1].value,
	headers: { 'List-Unsubscribe': ours.headers['List-Unsubscribe'] },
	customArgs: { notification: ours.custom_args.notification },
	trackingSettings: { clickTracking: { enable: false }, openTracking: { enable: false } },
});

const fetched = async (path, init) => {
	const reply = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(5_000), ...init });
	assert.ok(reply.ok, `${path}: ${reply.status}`);
	return reply.status === 204 ? null : reply.json();
};
const outbox = async () => (await fetched('/sim/outbox')).mails;
const plan = (after, action) => fetched('/sim/plan', { method: 'POST', body: JSON.stringify([{ when: { after }, do: action }]) });
const failure = (sending) => sending.then(() => assert.fail('it was sent'), (error) => error);

beforeEach(async () => {
	useKey('SG.key');
	await fetched('/sim/plan', { method: 'DELETE' });
	await fetched('/sim/outbox', { method: 'DELETE' });
});

test('of one mail the client makes what we make', () => {
	assert.deepEqual(JSON.parse(JSON.stringify(new Mail(mail()))), ours);
});

test('a mail is taken with 202, no body and a name, and lies in the outbox', async () => {
	const [reply] = await sendgrid.send(mail());
	assert.equal(reply.statusCode, 202);
	assert.equal(reply.body, '');
	const [kept, ...more] = await outbox();
	assert.equal(reply.headers['x-message-id'], kept.messageId);
	assert.deepEqual(more, []);
	assert.equal(kept.html, ours.content[1].value);
	assert.deepEqual(kept.customArgs, ours.custom_args);
});

test('our own mail, sent as it stands, is taken as well', async () => {
	const [reply] = await client.request({ method: 'POST', url: '/v3/mail/send', body: ours });
	assert.equal(reply.statusCode, 202);
	assert.equal((await outbox())[0].text, ours.content[0].value);
});

test('a refusal is read by the client, field by field', async () => {
	const swapped = { ...ours, content: [...ours.content].reverse() };
	const wrong = await failure(client.request({ method: 'POST', url: '/v3/mail/send', body: swapped }));
	assert.deepEqual([wrong.code, wrong.response.body.errors[0].field], [400, 'content']);
	useKey('SG.bad');
	const stranger = await failure(sendgrid.send(mail()));
	assert.deepEqual([stranger.code, stranger.response.body.errors[0].field], [401, null]);
	useKey('SG.key');
	const unverified = await failure(sendgrid.send({ ...mail(), from: 'me@unverified.example' }));
	assert.deepEqual([unverified.code, unverified.response.body.errors[0].field], [403, 'from']);
	assert.deepEqual(await outbox(), []);
});

test('too many, a failure and a broken connection look to the client as they would', async () => {
	await plan('mail', { httpStatus: 429 });
	const many = await failure(sendgrid.send(mail()));
	assert.equal(many.code, 429);
	assert.ok(Number(many.response.headers['x-ratelimit-reset']) > Date.now() / 1000);
	await plan('mail', { httpStatus: 503 });
	assert.equal((await failure(sendgrid.send(mail()))).code, 503);
	assert.deepEqual(await outbox(), []);
	await plan('mailTaken', { drop: true });
	const lost = await failure(sendgrid.send(mail()));
	assert.ok(!lost.response, 'there is no answer');
	assert.equal((await outbox()).length, 1, 'and yet it was taken');
});
