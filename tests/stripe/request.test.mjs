// What crates/payments sends for a purchase is what Stripe's client would send. The requests were written by a test of
// that crate.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import Stripe from 'stripe';
import { complaints } from './types.mjs';

const requests = JSON.parse(readFileSync(new URL('../../crates/payments/tests/fixtures/checkout_requests.json', import.meta.url), 'utf8'));

const NUMBERS = new Set(['quantity', 'unit_amount', 'expires_at']);

/** The parameters of a form, as Stripe nests them. */
function nested(body) {
	const params = {};
	for (const [name, value] of new URLSearchParams(body)) {
		const path = name.replaceAll(']', '').split('[');
		const last = path.pop();
		let at = params;
		for (const [depth, key] of path.entries()) at = at[key] ??= /^\d+$/.test(path[depth + 1] ?? last) ? [] : {};
		at[last] = NUMBERS.has(last) ? Number(value) : value;
	}
	return params;
}

/** What Stripe's client sends for these parameters. */
async function sentByStripe(params, idempotencyKey) {
	let seen;
	const server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		seen = { method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() };
		response.setHeader('content-type', 'application/json').end('{"id":"cs_1","object":"checkout.session"}');
	});
	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
	try {
		const stripe = new Stripe('sk_test_1', { host: '127.0.0.1', port: server.address().port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, timeout: 10_000 });
		await stripe.checkout.sessions.create(params, { idempotencyKey });
	} finally {
		server.close();
		server.closeAllConnections();
	}
	return seen;
}

const pairs = (body) => [...new URLSearchParams(body)].map(([name, value]) => `${name}=${value}`).sort();

/** The same purchase in the words of Stripe's client. */
const inStripesWords = ({ id, walletId, userId, cents, productName, successUrl, cancelUrl, customer, email, expiresAt, locale }) => {
	const metadata = { walletId, purchaseId: id, userId };
	return {
		mode: 'payment',
		line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: cents, product_data: { name: productName } } }],
		client_reference_id: userId, metadata, payment_intent_data: { metadata },
		success_url: `${successUrl}?session_id={CHECKOUT_SESSION_ID}`, cancel_url: cancelUrl,
		customer: customer ?? undefined, customer_email: email ?? undefined, expires_at: expiresAt ?? undefined, locale: locale ?? undefined,
	};
};

test('there is something to compare', () => assert.ok(requests.length >= 3));

for (const { name, purchase, sent } of requests) {
	test(`${name}: the same is sent`, async () => {
		const theirs = await sentByStripe(inStripesWords(purchase), purchase.id);
		assert.deepEqual(pairs(sent.body), pairs(theirs.body));
		assert.deepEqual([sent.method, sent.path], [theirs.method, theirs.path]);
		for (const header of ['authorization', 'content-type', 'idempotency-key', 'stripe-version']) {
			assert.equal(sent.headers[header], theirs.headers[header], header);
		}
	});
}

test('all that is sent has the types that the client says', () => {
	assert.equal(complaints(requests.map(({ sent }) => ['Stripe.Checkout.SessionCreateParams', nested(sent.body)])), '');
});
