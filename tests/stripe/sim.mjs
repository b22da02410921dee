// The sim in Stripe's place. Its address comes in SIM_URL.
import assert from 'node:assert/strict';
import Stripe from 'stripe';

const base = process.env.SIM_URL;
assert.ok(base, 'SIM_URL must name a running mentora-sim, e.g. http://127.0.0.1:8799');

export const PATIENCE_MS = 10_000;

/** Stripe's client, pointed at the sim. */
export function client(key = 'sk_test_1', options = {}) {
	const { hostname, port } = new URL(base);
	return new Stripe(key, { host: hostname, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, timeout: PATIENCE_MS, ...options });
}

/** A call of `/sim/stripe…`; its answer, if any. */
export async function control(path, body, method = 'POST') {
	const answer = await fetch(`${base}/sim/stripe${path}`, {
		method, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE_MS),
	});
	const text = await answer.text();
	assert.ok(answer.ok, text);
	return text && JSON.parse(text);
}

export const purchase = (name, amount = 500) => ({
	mode: 'payment',
	line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: amount, product_data: { name } } }],
	client_reference_id: 'u1',
	metadata: { walletId: 'w1', purchaseId: name, userId: 'u1' },
	payment_intent_data: { metadata: { walletId: 'w1', purchaseId: name, userId: 'u1' } },
	success_url: 'https://app.example/wallet?session_id={CHECKOUT_SESSION_ID}',
	cancel_url: 'https://app.example/wallet',
});
