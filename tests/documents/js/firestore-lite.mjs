// `firebase/firestore/lite`, the web client that speaks REST only. It has no preconditions and no lists, cannot read
// an integer beyond 2^53 exactly, and its transactions are optimistic: a version in place of a lock.
//
//   FIRESTORE_EMULATOR_HOST=127.0.0.1:8080 GOOGLE_CLOUD_PROJECT=demo node firestore-lite.mjs
import { initializeApp } from 'firebase/app';
import * as lite from 'firebase/firestore/lite';
import { plainFor } from './plain.mjs';
import { refusal, step } from './steps.mjs';

const {
	FieldPath, GeoPoint, Timestamp, addDoc, and, arrayRemove, arrayUnion, collection, collectionGroup, deleteDoc, deleteField, doc, documentId,
	endAt, endBefore, getDoc, getDocs, increment, limit, limitToLast, or, orderBy, query, runTransaction, serverTimestamp, setDoc,
	startAfter, startAt, updateDoc, where, writeBatch,
} = lite;
// Every refusal is logged with its request; ours are wanted, and some of them hold a mebibyte.
lite.setLogLevel('silent');
const db = lite.getFirestore(initializeApp({ projectId: process.env.GOOGLE_CLOUD_PROJECT, apiKey: 'any' }));
const [host, port] = process.env.FIRESTORE_EMULATOR_HOST.split(':');
lite.connectFirestoreEmulator(db, host, Number(port), { mockUserToken: 'owner' });
const plain = plainFor({ ...lite, VectorValue: lite.vector([]).constructor });
const at = (path) => doc(db, path);
const data = async (path) => plain((await getDoc(at(path))).data() ?? null);
const ids = async (wanted) => (await getDocs(wanted)).docs.map(({ id }) => id);

await documents();
await values();
await writes();
await queries();
await transactions();
await vectors();
await lite.terminate(db);

async function documents() {
	await step('a document that was never written does not exist', async () => {
		const found = await getDoc(at('documents/none'));
		return [found.exists(), found.id, found.ref.path, found.data() ?? null];
	}, [false, 'none', 'documents/none', null]);

	await step('a generated id has twenty letters and digits', async () => {
		const added = await addDoc(collection(db, 'documents'), { n: 3 });
		return [/^[A-Za-z0-9]{20}$/.test(added.id), await data(added.path)];
	}, [true, { n: 3 }]);

	await step('set replaces the whole document', async () => {
		await setDoc(at('documents/a'), { name: 'Ada' });
		await setDoc(at('documents/a'), { m: { x: { y: 1, z: 2 }, w: 3 }, keep: true });
		return data('documents/a');
	}, { keep: true, m: { w: 3, x: { y: 1, z: 2 } } });

	await step('set with merge keeps what it does not name', async () => {
		await setDoc(at('documents/a'), { m: { x: { z: 20 } }, more: [1] }, { merge: true });
		return data('documents/a');
	}, { keep: true, m: { w: 3, x: { y: 1, z: 20 } }, more: [1] });

	await step('set with chosen fields writes only those', async () => {
		await setDoc(at('documents/a'), { keep: false, more: [2] }, { mergeFields: ['more'] });
		return data('documents/a');
	}, { keep: true, m: { w: 3, x: { y: 1, z: 20 } }, more: [2] });

	await step('update by a dotted path changes one leaf', async () => {
		await updateDoc(at('documents/a'), { 'm.x.y': 100, 'm.fresh.leaf': 'new' });
		return data('documents/a');
	}, { keep: true, m: { fresh: { leaf: 'new' }, w: 3, x: { y: 100, z: 20 } }, more: [2] });

	await step('quoted paths reach names with dots, blanks, quotes and ticks', async () => {
		await setDoc(at('documents/quoted'), { other: 0 });
		const path = new FieldPath('a.b', 'c d', '"e`f\\', '1g');
		await updateDoc(at('documents/quoted'), path, 7, 'other', 1);
		const found = await getDoc(at('documents/quoted'));
		return [plain(found.data()), found.get(path)];
	}, [{ 'a.b': { 'c d': { '"e`f\\': { '1g': 7 } } }, other: 1 }, 7]);

	await step('a deleted field is gone, and so is one within a map', async () => {
		await updateDoc(at('documents/a'), { m: { only: 1, kept: 2 } });
		await updateDoc(at('documents/a'), { keep: deleteField(), 'm.only': deleteField() });
		return data('documents/a');
	}, { m: { kept: 2 }, more: [2] });

	await step('update refuses where there is no document', () => refusal(updateDoc(at('documents/none'), { n: 1 })), 'NOT_FOUND');

	await step('ids may hold blanks, signs, quotes and other scripts', async () => {
		const names = ['a b', 'q=1&r#2%20?', '"quoted"', 'naïve 問答 🦉', 'UPPER', '~tilde:colon@at'];
		for (const [index, id] of names.entries()) await setDoc(doc(db, 'ids', id), { index });
		return (await getDocs(query(collection(db, 'ids'), orderBy('index')))).docs.map(({ id }) => id);
	}, ['a b', 'q=1&r#2%20?', '"quoted"', 'naïve 問答 🦉', 'UPPER', '~tilde:colon@at']);

	await step('delete removes a document, and may find none', async () => {
		await deleteDoc(at('documents/a'));
		await deleteDoc(at('documents/a'));
		return (await getDoc(at('documents/a'))).exists();
	}, false);
}

async function values() {
	const back = async (id, value) => {
		await setDoc(at(`values/${id}`), value);
		return data(`values/${id}`);
	};

	await step('every type comes back as it went', () =>
		back('every', {
			nothing: null, yes: true, no: false, integer: 42, negative: -7, double: 1.5, text: 'naïve 問答 🦉 "\\\n\u0000', empty: '',
			bytes: lite.Bytes.fromUint8Array(new Uint8Array([0, 1, 127, 128, 255])), at: new Timestamp(1_700_000_000, 123_456_000),
			place: new GeoPoint(22.3193, 114.1694), reference: at('values/other'),
			list: [1, 'two', null, { three: [3] }], emptyList: [], map: { a: { b: { c: 1 } } }, emptyMap: {},
		}),
	{
		at: { timestamp: [1_700_000_000, 123_456_000] }, bytes: { bytes: 'AAF/gP8=' }, double: 1.5, empty: '', emptyList: [], emptyMap: {},
		integer: 42, list: [1, 'two', null, { three: [3] }], map: { a: { b: { c: 1 } } }, negative: -7, no: false, nothing: null,
		place: { geo: [22.3193, 114.1694] }, reference: { reference: 'values/other' }, text: 'naïve 問答 🦉 "\\\n\u0000', yes: true,
	});

	await step('the largest integers that a double holds are exact', () =>
		back('integers', { most: Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER }),
	{ least: -9_007_199_254_740_991, most: 9_007_199_254_740_991 });

	await step('doubles keep their last bit, and what is no number', () =>
		back('doubles', { sum: 0.1 + 0.2, tiny: 5e-324, huge: 1.7976931348623157e308, none: NaN, up: Infinity, down: -Infinity }),
	{ down: { number: '-Infinity' }, huge: 1.7976931348623157e308, none: { number: 'NaN' }, sum: 0.30000000000000004, tiny: 5e-324, up: { number: 'Infinity' } });

	await step('nanoseconds are cut to microseconds', () => back('nanoseconds', { at: new Timestamp(1_700_000_000, 123_456_789) }),
		{ at: { timestamp: [1_700_000_000, 123_456_000] } });

	// This client makes the code from the HTTP status, and one of two for 400.
	await step('more than 1 MiB is refused', () =>
		refusal(setDoc(at('values/larger'), { a: 'a'.repeat(600_000), b: 'b'.repeat(600_000) })), 'FAILED_PRECONDITION');
}

async function writes() {
	await step('increments add, and begin at nothing', async () => {
		await setDoc(at('writes/numbers'), { whole: 1, half: 0.5, text: 'a' });
		await updateDoc(at('writes/numbers'), { whole: increment(41), half: increment(1), text: increment(2), 'm.fresh': increment(-1) });
		return data('writes/numbers');
	}, { half: 1.5, m: { fresh: -1 }, text: 2, whole: 42 });

	await step('lists take what they lack and lose what is named', async () => {
		await setDoc(at('writes/lists'), { a: [1, 2, 2], b: [1, 2, 2, { x: 1 }], c: 'no list' });
		await updateDoc(at('writes/lists'), { a: arrayUnion(2, 3, { x: 1 }), b: arrayRemove(2, { x: 1 }), c: arrayUnion(1), d: arrayRemove(1) });
		return data('writes/lists');
	}, { a: [1, 2, 2, 3, { x: 1 }], b: [1], c: [1], d: [] });

	await step('the server writes its own time, one for all fields', async () => {
		await setDoc(at('writes/times'), { at: serverTimestamp(), m: { at: serverTimestamp() }, n: 1 });
		const found = await getDoc(at('writes/times'));
		const [first, again] = [found.get('at'), found.get('m.at')];
		return [first instanceof Timestamp, first.isEqual(again), Math.abs(Date.now() - first.toMillis()) < 60_000, found.get('n')];
	}, [true, true, true, 1]);

	await step('a batch is written as a whole', async () => {
		await setDoc(at('writes/gone'), { n: 0 });
		await writeBatch(db).set(at('writes/two'), { n: 2 }).update(at('writes/two'), { m: 3 }).delete(at('writes/gone')).commit();
		return [await data('writes/two'), await data('writes/gone')];
	}, [{ m: 3, n: 2 }, null]);

	await step('a batch of which one write is refused writes nothing', async () => {
		const batch = writeBatch(db).set(at('writes/three'), { n: 3 }).update(at('writes/none'), { n: 10 });
		return [await refusal(batch.commit()), await data('writes/three'), await data('writes/none')];
	}, ['NOT_FOUND', null, null]);
}

async function queries() {
	const cities = collection(db, 'cities');
	const batch = writeBatch(db);
	const all = {
		hk: { name: 'Hong Kong', country: 'CN', people: 7.4, tags: ['port', 'hills'], m: { area: 1114 } },
		lon: { name: 'London', country: 'UK', people: 8.9, tags: ['capital', 'port'], m: { area: 1572 } },
		par: { name: 'Paris', country: 'FR', people: 2.1, tags: ['capital'], m: { area: 105 } },
		sha: { name: 'Shanghai', country: 'CN', people: 24.9, tags: ['port'], m: { area: 6340 } },
		nil: { name: 'Nowhere', country: null, people: NaN, tags: [] },
	};
	for (const [id, city] of Object.entries(all)) batch.set(doc(cities, id), city);
	for (const path of ['courses/a/roster/ann', 'courses/a/roster/bob', 'courses/b/roster/ann', 'roster/root']) batch.set(at(path), { who: path.split('/').at(-1) });
	await batch.commit();
	const of = (...constraints) => query(cities, ...constraints);

	const filters = [
		['equal', of(where('country', '==', 'CN')), ['hk', 'sha']],
		['not equal leaves out null and the absent', of(where('country', '!=', 'CN')), ['par', 'lon']],
		['less or equal', of(where('people', '<=', 7.4)), ['par', 'hk']],
		['greater', of(where('people', '>', 8.9)), ['sha']],
		['in', of(where('country', 'in', ['FR', 'UK', 'XX'])), ['lon', 'par']],
		['not in', of(where('country', 'not-in', ['CN', 'FR'])), ['lon']],
		['a list contains', of(where('tags', 'array-contains', 'port')), ['hk', 'lon', 'sha']],
		['a list contains any', of(where('tags', 'array-contains-any', ['hills', 'capital'])), ['hk', 'lon', 'par']],
		['is null', of(where('country', '==', null)), ['nil']],
		['is no number', of(where('people', '==', NaN)), ['nil']],
		['a nested field', of(where('m.area', '>', 1200)), ['lon', 'sha']],
		['an id', of(where(documentId(), 'in', ['par', 'hk'])), ['hk', 'par']],
		['or', of(or(where('country', '==', 'FR'), where('people', '>', 20))), ['par', 'sha']],
		['or of ands', of(or(and(where('country', '==', 'CN'), where('people', '<', 10)), where('tags', 'array-contains', 'capital'))), ['par', 'hk', 'lon']],
	];
	for (const [name, wanted, expected] of filters) await step(`filter: ${name}`, () => ids(wanted), expected);

	const people = orderBy('people');
	const orders = [
		['two fields', of(orderBy('country'), orderBy('people', 'desc')), ['nil', 'sha', 'hk', 'par', 'lon']],
		['a limit', of(people, limit(2)), ['nil', 'par']],
		['the last two', of(people, limitToLast(2)), ['lon', 'sha']],
		['starting at a value', of(people, startAt(7.4)), ['hk', 'lon', 'sha']],
		['starting after a value', of(people, startAfter(7.4)), ['lon', 'sha']],
		['ending at a value', of(people, endAt(2.1)), ['nil', 'par']],
		['ending before a value', of(people, endBefore(2.1)), ['nil']],
		['a cursor of two values', of(orderBy('country'), people, startAfter('CN', 7.4)), ['sha', 'par', 'lon']],
		['a filter with an order', of(where('tags', 'array-contains', 'port'), orderBy('people', 'desc')), ['sha', 'lon', 'hk']],
	];
	for (const [name, wanted, expected] of orders) await step(`order: ${name}`, () => ids(wanted), expected);

	await step('pages follow each other by their last documents', async () => {
		const pages = [];
		const order = orderBy('country', 'desc');
		for (let page = await getDocs(of(order, limit(2))); !page.empty; page = await getDocs(of(order, startAfter(page.docs.at(-1)), limit(2)))) pages.push(page.docs.map(({ id }) => id));
		return pages;
	}, [['lon', 'par'], ['sha', 'hk'], ['nil']]);

	await step('a group reads collections of one name wherever they are', async () =>
		(await getDocs(collectionGroup(db, 'roster'))).docs.map(({ ref }) => ref.path),
	['courses/a/roster/ann', 'courses/a/roster/bob', 'courses/b/roster/ann', 'roster/root']);

	await step('documents are counted', async () => {
		const counted = [cities, of(where('country', '==', 'CN')), of(limit(4)), collection(db, 'nobody')];
		return (await Promise.all(counted.map(lite.getCount))).map((snapshot) => snapshot.data().count);
	}, [5, 2, 4, 0]);

	await step('sums and averages, of something and of nothing', async () => {
		const figures = async (wanted) => plain((await lite.getAggregate(wanted, { n: lite.count(), sum: lite.sum('m.area'), average: lite.average('people') })).data());
		return [await figures(of(where('country', '==', 'CN'))), await figures(collection(db, 'nobody'))];
	}, [{ average: 16.15, n: 2, sum: 7454 }, { average: null, n: 0, sum: 0 }]);
}

async function transactions() {
	await step('a transaction reads and writes', async () => {
		await setDoc(at('transactions/from'), { balance: 10 });
		const moved = await runTransaction(db, async (transaction) => {
			const from = await transaction.get(at('transactions/from'));
			transaction.update(from.ref, { balance: from.get('balance') - 4 }).set(at('transactions/to'), { balance: 4 });
			return 4;
		});
		return [moved, await data('transactions/from'), await data('transactions/to')];
	}, [4, { balance: 6 }, { balance: 4 }]);

	await step('a transaction that throws leaves nothing behind', async () => {
		const why = await runTransaction(db, async (transaction) => {
			transaction.set((await transaction.get(at('transactions/from'))).ref, { balance: 0 });
			throw new Error('changed my mind');
		}).catch((error) => error.message);
		return [why, await data('transactions/from')];
	}, ['changed my mind', { balance: 6 }]);

	await step('transactions that contend lose none of their writes', async () => {
		await setDoc(at('transactions/contended'), { n: 0 });
		let attempts = 0;
		const one = () => runTransaction(db, async (transaction) => {
			const found = await transaction.get(at('transactions/contended'));
			attempts += 1;
			// The first transaction lets the others overtake it: its first attempt is in vain.
			if (attempts === 1) await runTransaction(db, async (other) => void other.update((await other.get(found.ref)).ref, { n: increment(10) }));
			transaction.update(found.ref, { n: found.get('n') + 1 });
		});
		await one();
		return [attempts, await data('transactions/contended')];
	}, [2, { n: 11 }]);
}

async function vectors() {
	await step('vectors come back as they went', async () => {
		await setDoc(at('values/vector'), { v: lite.vector([1, -2.5, 0]) });
		return data('values/vector');
	}, { v: { vector: [1, -2.5, 0] } });
}
