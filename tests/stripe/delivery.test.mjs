// Stripe's client takes what mentora-sim delivers.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE_MS, client, control, purchase } from './sim.mjs';

const SECRET = 'whsec_now';
const OLD_SECRET = 'whsec_before';

const stripe = client();
/** What was delivered: header and body, as they came. */
const heard = [];
/** Statuses to answer, before 200. */
const refusals = [];
let server;

before(async () => {
	server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		heard.push({ header: request.headers['stripe-signature'], body: Buffer.concat(chunks) });
		response.writeHead(refusals.shift() ?? 200).end();
	});
	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
});

after(async () => {
	await control('/webhook', undefined, 'DELETE');
	server.close();
	server.closeAllConnections();
});

const listen = (options) => control('/webhook', { url: `http://127.0.0.1:${server.address().port}/hook`, secret: SECRET, ...options });

async function until(enough) {
	for (const end = Date.now() + PATIENCE_MS; !enough(); await pause(10)) assert.ok(Date.now() < end, 'it does not come');
}

const constructed = ({ header, body }, secret = SECRET) => stripe.webhooks.constructEvent(body, header, secret);

test('every event is signed as the client checks it, and tells what happened', async () => {
	heard.length = 0;
	await listen({});
	const { id } = await stripe.checkout.sessions.create(purchase('d1'));
	const names = [];
	for (const [action, body] of [['pay', {}], ['refund', { amount: 200 }], ['dispute', {}], ['close_dispute', { won: false }]]) {
		names.push(...(await control(`/sessions/${id}/${action}`, body)).events.map((event) => event.type));
	}
	await until(() => heard.length >= names.length);
	const events = heard.map((one) => constructed(one));
	assert.deepEqual(events.map((event) => event.type).sort(), names.sort());
	const of = (type) => events.find((event) => event.type === type).data.object;
	assert.equal(of('checkout.session.completed').payment_status, 'paid');
	assert.equal(of('checkout.session.completed').metadata.purchaseId, 'd1');
	assert.equal(of('charge.refunded').amount_refunded, 200);
	assert.equal(of('charge.dispute.closed').status, 'lost');
	assert.throws(() => constructed(heard[0], OLD_SECRET));
});

test('while a secret is replaced both are good', async () => {
	await listen({ oldSecret: OLD_SECRET, hold: true });
	heard.length = 0;
	await control('/redeliver', { eventId: 'latest' });
	for (const secret of [SECRET, OLD_SECRET]) assert.equal(constructed(heard[0], secret).object, 'event');
});

test('what is refused comes again, as the same event with a signature of its own', async () => {
	await listen({ events: ['checkout.session.completed'] });
	heard.length = 0;
	// Signatures are by the second: three pauses are longer than one.
	refusals.push(500, 503, 404);
	const { id } = await stripe.checkout.sessions.create(purchase('d2'));
	await control(`/sessions/${id}/pay`, {});
	await until(() => heard.length === 4);
	assert.equal(new Set(heard.map((one) => constructed(one).id)).size, 1);
	assert.notEqual(heard[0].header, heard[3].header);
});
