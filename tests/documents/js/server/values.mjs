// Every type of value, there and back.
import { randomBytes } from 'node:crypto';

const MEBIBYTE = 1024 * 1024;

/** @param {import('./client.mjs').Client} client `exact` is a client that reads integers as BigInt */
export async function values({ step, refusal, db, exact, plain, Timestamp, GeoPoint }) {
	const docs = exact.collection('values');
	const back = async (id, data) => {
		await docs.doc(id).set(data);
		return plain((await docs.doc(id).get()).data());
	};

	await step('every type comes back as it went', () =>
		back('every', {
			nothing: null, yes: true, no: false, integer: 42, negative: -7, double: 1.5, text: 'naïve 問答 🦉 "\\\n\u0000', empty: '',
			bytes: Buffer.from([0, 1, 127, 128, 255]), noBytes: Buffer.alloc(0),
			at: new Timestamp(1_700_000_000, 123_456_000), ancient: new Timestamp(-62_135_596_800, 0),
			place: new GeoPoint(22.3193, 114.1694), reference: exact.doc('values/other'),
			list: [1, 'two', null, { three: [3] }], emptyList: [], map: { a: { b: { c: 1 } } }, emptyMap: {},
		}),
	{
		ancient: { timestamp: [-62_135_596_800, 0] }, at: { timestamp: [1_700_000_000, 123_456_000] },
		bytes: { bytes: 'AAF/gP8=' }, double: 1.5, empty: '', emptyList: [], emptyMap: {}, integer: { integer: '42' },
		list: [{ integer: '1' }, 'two', null, { three: [{ integer: '3' }] }], map: { a: { b: { c: { integer: '1' } } } },
		negative: { integer: '-7' }, no: false, noBytes: { bytes: '' }, nothing: null, place: { geo: [22.3193, 114.1694] },
		reference: { reference: 'values/other' }, text: 'naïve 問答 🦉 "\\\n\u0000', yes: true,
	});

	await step('the largest and the smallest integers are exact', () =>
		back('integers', { most: 9_223_372_036_854_775_807n, least: -9_223_372_036_854_775_808n, odd: 9_007_199_254_740_993n }),
	{ least: { integer: '-9223372036854775808' }, most: { integer: '9223372036854775807' }, odd: { integer: '9007199254740993' } });

	await step('doubles keep their last bit, and what is no number', () =>
		back('doubles', { tenth: 0.1, sum: 0.1 + 0.2, tiny: 5e-324, huge: 1.7976931348623157e308, none: NaN, up: Infinity, down: -Infinity }),
	{
		down: { number: '-Infinity' }, huge: 1.7976931348623157e308, none: { number: 'NaN' }, sum: 0.30000000000000004, tenth: 0.1,
		tiny: 5e-324, up: { number: 'Infinity' },
	});

	await step('nanoseconds are cut to microseconds', () => back('nanoseconds', { at: new Timestamp(1_700_000_000, 123_456_789) }),
		{ at: { timestamp: [1_700_000_000, 123_456_000] } });

	await step('900 KiB come back as they went', async () => {
		const bytes = randomBytes(900 * 1024);
		await db.doc('values/large').set({ bytes });
		return bytes.equals((await db.doc('values/large').get()).get('bytes'));
	}, true);

	await step('more than 1 MiB is refused', () => refusal(db.doc('values/larger').set({ a: 'a'.repeat(MEBIBYTE / 2), b: 'b'.repeat(MEBIBYTE / 2) })),
		'INVALID_ARGUMENT');
}
