// What Stripe's client signs and takes, kept in a file that a test of crates/payments reads.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import Stripe from 'stripe';

const FILE = new URL('../../crates/payments/tests/fixtures/stripe_signed.json', import.meta.url);
const NOW = 1_795_348_800;
const SECRET = 'whsec_3dQ8bN1vX0sYtq9LkzR5mW7cJ2hF4gPa';
const OTHER = 'whsec_9mW7cJ2hF4gPa3dQ8bN1vX0sYtq9LkzR';

const stripe = new Stripe('sk_test_1');

const event = JSON.stringify(
	{
		id: 'evt_1', object: 'event', api_version: '2026-10-28.endive', created: NOW, livemode: false, pending_webhooks: 1,
		request: { id: null, idempotency_key: null }, type: 'checkout.session.completed',
		data: {
			object: {
				id: 'cs_1', object: 'checkout.session', mode: 'payment', payment_status: 'paid', status: 'complete', amount_total: 500, currency: 'usd',
				client_reference_id: 'u1', payment_intent: 'pi_1', customer_details: { name: '王小明 🦊', email: 'ming@example.org' },
				metadata: { walletId: 'w1', purchaseId: 'p1', userId: 'u1' },
			},
		},
	},
	null, 2,
);

const header = (options = {}) => stripe.webhooks.generateTestHeaderString({ payload: event, secret: SECRET, timestamp: NOW, ...options });
const v1 = (options) => header(options).match(/v1=(.*)$/)[1];
const ofBytes = (bytes) => `t=${NOW},v1=${createHmac('sha256', SECRET).update(`${NOW}.`).update(bytes).digest('hex')}`;
const signed = (name, payload) => [name, ofBytes(payload), payload];

/** @type {[name: string, header: string, payload?: string | Buffer][]} */
const cases = [
	['as it is sent', header()],
	['two signatures, the first good', `${header()},v1=${v1({ secret: OTHER })}`],
	['two signatures, the second good', `${header({ secret: OTHER })},v1=${v1()}`],
	['two signatures, none good', `${header({ secret: OTHER })},v1=${v1({ secret: `${OTHER}2` })}`],
	['another scheme beside it', `${header()},v0=${v1()}`],
	['only another scheme', header({ scheme: 'v0' })],
	['the signature before the time', `v1=${v1()},t=${NOW}`],
	['299 s old', header({ timestamp: NOW - 299 })],
	['300 s old', header({ timestamp: NOW - 300 })],
	['301 s old', header({ timestamp: NOW - 301 })],
	['an hour old', header({ timestamp: NOW - 3_600 })],
	['300 s ahead', header({ timestamp: NOW + 300 })],
	['an hour ahead', header({ timestamp: NOW + 3_600 })],
	['two times, the last signed', `t=${NOW - 1},v1=${v1()},t=${NOW}`],
	['two times, the first signed', `${header()},t=${NOW - 1}`],
	['a time that was changed', header().replace(`t=${NOW}`, `t=${NOW + 1}`)],
	['no time', `v1=${v1()}`],
	['a time that is no number', header().replace(String(NOW), 'now')],
	['no signature', `t=${NOW}`],
	['an empty signature', `t=${NOW},v1=`],
	['a signature cut short', header().slice(0, -1)],
	['in upper case', `t=${NOW},v1=${v1().toUpperCase()}`],
	['a space after the comma', header().replace(',', ', ')],
	['an empty header', ''],
	['another header', 'Bearer sk_test_1'],
	['another secret', header({ secret: OTHER })],
	['a byte of the body changed', header(), event.replace('"evt_1"', '"evt_2"')],
	['the amount in the body changed', header(), event.replace('500', '50000')],
	['the body cut short', header(), event.slice(0, -1)],
	['the body written anew', header(), JSON.stringify(JSON.parse(event))],
	['no body', header(), ''],
	signed('no body, signed', ''),
	signed('not JSON, signed', 'hello'),
	signed('JSON cut short, signed', event.slice(0, 100)),
	signed('a byte order mark, signed', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(event)])),
	signed('not UTF-8, signed', Buffer.concat([Buffer.from(event.slice(0, -1)), Buffer.from([0xff]), Buffer.from('}')])),
	signed('with blanks in it, signed', `${event.slice(0, -1)}${' '.repeat(999)}}`),
];

function verdict(given, payload) {
	try {
		stripe.webhooks.constructEvent(Buffer.from(payload), given, SECRET, 300, undefined, NOW * 1_000);
		return 'taken';
	} catch {
		return 'refused';
	}
}

const found = cases.map(([name, given, payload = event]) => ({
	name, header: given, secret: SECRET, receivedAtMs: NOW * 1_000, payloadBase64: Buffer.from(payload).toString('base64'), verdict: verdict(given, payload),
}));

test('the file says what Stripe signs and takes today', () => {
	const text = `${JSON.stringify(found, null, 2)}\n`;
	if (process.env.UPDATE_GOLDEN === '1') writeFileSync(FILE, text);
	assert.equal(readFileSync(FILE, 'utf8'), text, 'UPDATE_GOLDEN=1 writes it anew; then run the tests of crates/payments');
});

test('some are taken, and more are refused', () => {
	const taken = found.filter((one) => one.verdict === 'taken').length;
	assert.ok(found.length >= 25 && taken >= 8 && taken < found.length / 2, `${taken} of ${found.length}`);
});
