// Stripe's client takes mentora-sim for Stripe.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, control, purchase } from './sim.mjs';
import { complaints } from './types.mjs';

const stripe = client();

const plain = (object) => JSON.parse(JSON.stringify(object));

test('a session is made, seen, paid, and leads to a payment and a charge', async () => {
	const made = await stripe.checkout.sessions.create({ ...purchase('c1'), customer_email: 'kim@example.org', locale: 'zh-TW' });
	assert.equal(made.object, 'checkout.session');
	assert.equal(made.amount_total, 500);
	assert.equal(made.metadata.walletId, 'w1');
	assert.deepEqual(plain(await stripe.checkout.sessions.retrieve(made.id)), plain(made));

	await control(`/sessions/${made.id}/pay`, {});
	const paid = await stripe.checkout.sessions.retrieve(made.id);
	assert.deepEqual([paid.status, paid.payment_status, paid.url], ['complete', 'paid', null]);
	const intent = await stripe.paymentIntents.retrieve(paid.payment_intent);
	assert.deepEqual([intent.status, intent.amount_received, intent.metadata.purchaseId], ['succeeded', 500, 'c1']);
	const charge = await stripe.charges.retrieve(intent.latest_charge);
	assert.deepEqual([charge.paid, charge.amount, charge.payment_intent], [true, 500, intent.id]);
	assert.deepEqual(charge.metadata, intent.metadata);
});

test('one idempotency key is one session', async () => {
	const create = (amount) => stripe.checkout.sessions.create(purchase('c2', amount), { idempotencyKey: 'key-c2' });
	const first = await create(500);
	const again = await create(500);
	assert.equal(again.id, first.id);
	assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
	await assert.rejects(create(600), { type: 'StripeIdempotencyError', statusCode: 400 });
});

test('refusals are of the kind that the client knows', async () => {
	const create = (change, key) => client(key).checkout.sessions.create({ ...purchase('c3'), ...change });
	await assert.rejects(create({}, 'sk_test_bad'), { type: 'StripeAuthenticationError', statusCode: 401 });
	await assert.rejects(create({}, 'rk_test_restricted'), { type: 'StripePermissionError', statusCode: 403 });
	await assert.rejects(create({ success_url: 'here' }), { type: 'StripeInvalidRequestError', code: 'url_invalid', param: 'success_url' });
	await assert.rejects(create({ colour: 'red' }), { type: 'StripeInvalidRequestError', code: 'parameter_unknown', param: 'colour' });
	await assert.rejects(stripe.paymentIntents.retrieve('pi_none'), { type: 'StripeInvalidRequestError', statusCode: 404, code: 'resource_missing' });
	await assert.rejects(stripe.charges.list({ starting_after: 'ch_none' }), { code: 'resource_missing', param: 'starting_after' });
	await control('/faults', [{ status: 429 }]);
	await assert.rejects(create({}), { type: 'StripeRateLimitError' });
});

test('a call that fails is made again by the client, and done once', async () => {
	const before = (await control('', undefined, 'GET')).sales.length;
	await control('/faults', [{ status: 500, done: true }, { status: 409 }]);
	await client('sk_test_1', { maxNetworkRetries: 2 }).checkout.sessions.create(purchase('c4'));
	assert.equal((await control('', undefined, 'GET')).sales.length, before + 1);
});

test('charges are listed page by page, the latest first', async () => {
	const from = Math.floor(Date.now() / 1000);
	const names = ['c5', 'c6', 'c7', 'c8', 'c9'];
	for (const name of names) {
		const { id } = await stripe.checkout.sessions.create(purchase(name));
		await control(`/sessions/${id}/pay`, {});
	}
	const listed = [];
	for await (const charge of stripe.charges.list({ limit: 2, created: { gte: from } })) listed.push(charge.metadata.purchaseId);
	assert.deepEqual(listed.slice(0, 5), names.toReversed());
	const page = await stripe.charges.list({ limit: 2, created: { gte: from } });
	assert.deepEqual([page.data.length, page.has_more], [2, true]);
	assert.deepEqual((await stripe.charges.list({ created: { lt: from - 3600 } })).data, []);
});

test('all that comes has the types that the client says', async () => {
	const { id } = await stripe.checkout.sessions.create(purchase('c10'));
	for (const [action, body] of [['pay', {}], ['refund', { amount: 100 }], ['dispute', {}], ['close_dispute', { won: true }]]) {
		await control(`/sessions/${id}/${action}`, body);
	}
	const { id: open } = await stripe.checkout.sessions.create(purchase('c11'));
	const { events } = await control('', undefined, 'GET');
	const told = (type) => events.findLast((event) => event.type === type);
	const refund = told('refund.created').data.object;
	const dispute = told('charge.dispute.closed').data.object;
	const session = plain(await stripe.checkout.sessions.retrieve(id));
	const values = [
		['Stripe.Checkout.Session', plain(await stripe.checkout.sessions.retrieve(open))],
		['Stripe.Checkout.Session', session],
		['Stripe.PaymentIntent', plain(await stripe.paymentIntents.retrieve(session.payment_intent))],
		['Stripe.ApiList<Stripe.Charge>', plain(await stripe.charges.list({ limit: 1 }))],
		['Stripe.Refund', refund],
		['Stripe.Dispute', dispute],
		['Stripe.CheckoutSessionCompletedEvent', told('checkout.session.completed')],
		['Stripe.ChargeRefundedEvent', told('charge.refunded')],
		['Stripe.ChargeDisputeClosedEvent', told('charge.dispute.closed')],
	];
	assert.equal(complaints(values), '');
});
