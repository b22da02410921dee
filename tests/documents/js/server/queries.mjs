// Queries: filters, orders, cursors, groups, figures.

const CITIES = {
	hk: { name: 'Hong Kong', country: 'CN', people: 7.4, founded: 1841, tags: ['port', 'hills'], m: { area: 1114 } },
	lon: { name: 'London', country: 'UK', people: 8.9, founded: 47, tags: ['capital', 'port'], m: { area: 1572 } },
	par: { name: 'Paris', country: 'FR', people: 2.1, tags: ['capital'], m: { area: 105 } },
	tpe: { name: 'Taipei', country: 'TW', people: 2.5, founded: 1709, tags: ['capital', 'hills'], m: { area: 272 }, mayor: null },
	sha: { name: 'Shanghai', country: 'CN', people: 24.9, founded: 1291, tags: ['port'], m: { area: 6340 } },
	nil: { name: 'Nowhere', country: null, people: NaN, tags: [] },
};
// Of every type one, in the order of types.
const MIXED = (db, { Timestamp, GeoPoint }) => [
	null, false, true, NaN, -1, 0.5, 2, new Timestamp(1, 0), '', 'a', 'é', Buffer.from([1]), db.doc('c/x'), new GeoPoint(0, 0), [1], [2], { a: 1 }, { b: 0 },
];

/** @param {import('./client.mjs').Client} client */
export async function queries(client) {
	const { step, refusal, db, plain, FieldPath, Filter, AggregateField } = client;
	const cities = db.collection('cities');
	const batch = db.batch();
	for (const [id, city] of Object.entries(CITIES)) batch.set(cities.doc(id), city);
	MIXED(db, client).forEach((value, index) => batch.set(db.doc(`mixed/${String(index).padStart(2, '0')}`), { value }));
	for (const path of ['courses/a/roster/ann', 'courses/a/roster/bob', 'courses/b/roster/ann', 'roster/root']) {
		batch.set(db.doc(path), { who: path.split('/').at(-1), path });
	}
	await batch.commit();
	const ids = async (query) => (await query.get()).docs.map(({ id }) => id);
	const paths = async (query) => (await query.get()).docs.map(({ ref }) => ref.path);

	await step('a collection is read in the order of its ids', () => ids(cities), ['hk', 'lon', 'nil', 'par', 'sha', 'tpe']);
	await step('a collection that nobody wrote to is empty', async () => (await db.collection('nobody').get()).empty, true);

	const filters = [
		['equal', cities.where('country', '==', 'CN'), ['hk', 'sha']],
		['not equal leaves out null and the absent', cities.where('country', '!=', 'CN'), ['par', 'tpe', 'lon']],
		['less', cities.where('people', '<', 2.5), ['par']],
		['less or equal', cities.where('people', '<=', 2.5), ['par', 'tpe']],
		['greater', cities.where('people', '>', 8.9), ['sha']],
		['greater or equal', cities.where('people', '>=', 8.9), ['lon', 'sha']],
		['in', cities.where('country', 'in', ['FR', 'TW', 'XX']), ['par', 'tpe']],
		['not in', cities.where('country', 'not-in', ['CN', 'FR']), ['tpe', 'lon']],
		['a list contains', cities.where('tags', 'array-contains', 'hills'), ['hk', 'tpe']],
		['a list contains any', cities.where('tags', 'array-contains-any', ['hills', 'port']), ['hk', 'lon', 'sha', 'tpe']],
		['is null', cities.where('country', '==', null), ['nil']],
		['is not null', cities.where('country', '!=', null), ['hk', 'sha', 'par', 'tpe', 'lon']],
		['is no number', cities.where('people', '==', NaN), ['nil']],
		['a nested field', cities.where('m.area', '>', 1200), ['lon', 'sha']],
		['an id', cities.where(FieldPath.documentId(), 'in', ['par', 'hk']), ['hk', 'par']],
		['a range of ids', cities.where(FieldPath.documentId(), '>', 'lon').where(FieldPath.documentId(), '<=', 'sha'), ['nil', 'par', 'sha']],
		['and', cities.where('country', '==', 'CN').where('people', '>', 10), ['sha']],
		['two ranges', cities.where('people', '>', 2).where('m.area', '<', 300), ['par', 'tpe']],
		['or', cities.where(Filter.or(Filter.where('country', '==', 'FR'), Filter.where('people', '>', 20))), ['par', 'sha']],
		[
			'or of ands, in the order of what is compared',
			cities.where(Filter.or(Filter.and(Filter.where('country', '==', 'CN'), Filter.where('people', '<', 10)), Filter.where('tags', 'array-contains', 'capital'))),
			['par', 'tpe', 'hk', 'lon'],
		],
	];
	for (const [name, query, expected] of filters) await step(`filter: ${name}`, () => ids(query), expected);

	await step('more than thirty values of `in` are refused', () => refusal(cities.where('n', 'in', Array.from({ length: 31 }, (_, n) => n)).get()), 'INVALID_ARGUMENT');

	const mixed = MIXED(db, client).map((_, index) => String(index).padStart(2, '0'));
	const value = db.collection('mixed').orderBy('value');
	const people = cities.orderBy('people');
	const orders = [
		['types follow each other', value, mixed],
		['types follow each other backwards', db.collection('mixed').orderBy('value', 'desc'), [...mixed].reverse()],
		['documents without the field are left out', cities.orderBy('founded'), ['lon', 'sha', 'tpe', 'hk']],
		['two fields', cities.orderBy('country').orderBy('people', 'desc'), ['nil', 'sha', 'hk', 'par', 'tpe', 'lon']],
		['a limit', people.limit(2), ['nil', 'par']],
		['the last two', people.limitToLast(2), ['lon', 'sha']],
		['an offset', people.offset(4), ['lon', 'sha']],
		['an offset and a limit', people.offset(1).limit(2), ['par', 'tpe']],
		['starting at a value', people.startAt(7.4), ['hk', 'lon', 'sha']],
		['starting after a value', people.startAfter(7.4), ['lon', 'sha']],
		['ending at a value', people.endAt(2.5), ['nil', 'par', 'tpe']],
		['ending before a value', people.endBefore(2.5), ['nil', 'par']],
		['between values, backwards', cities.orderBy('people', 'desc').startAt(8.9).endAt(2.5), ['lon', 'hk', 'tpe']],
		['a cursor of two values', cities.orderBy('country').orderBy('people').startAfter('CN', 7.4), ['sha', 'par', 'tpe', 'lon']],
		['a cursor of a prefix', cities.orderBy('country').orderBy('people').startAt('FR'), ['par', 'tpe', 'lon']],
		['a filter with an order', cities.where('tags', 'array-contains', 'port').orderBy('people', 'desc'), ['sha', 'lon', 'hk']],
	];
	for (const [name, query, expected] of orders) await step(`order: ${name}`, () => ids(query), expected);

	await step('pages follow each other by their last documents', async () => {
		const pages = [];
		let query = cities.orderBy('country', 'desc').limit(2);
		for (let page = await query.get(); !page.empty; page = await query.startAfter(page.docs.at(-1)).get()) pages.push(page.docs.map(({ id }) => id));
		return pages;
	}, [['lon', 'tpe'], ['par', 'sha'], ['hk', 'nil']]);

	await step('a selection reads only those fields', async () => {
		const found = await cities.where('country', '==', 'CN').select('name', 'm.area').get();
		return found.docs.map((document) => plain(document.data()));
	}, [{ m: { area: 1114 }, name: 'Hong Kong' }, { m: { area: 6340 }, name: 'Shanghai' }]);

	await step('a selection of nothing reads only names', async () => {
		const found = await cities.where('country', '==', 'CN').select().get();
		return found.docs.map((document) => [document.id, plain(document.data())]);
	}, [['hk', {}], ['sha', {}]]);

	await step('a group reads collections of one name wherever they are', () => paths(db.collectionGroup('roster')),
		['courses/a/roster/ann', 'courses/a/roster/bob', 'courses/b/roster/ann', 'roster/root']);
	await step('a group is filtered and ordered', () => paths(db.collectionGroup('roster').where('who', '==', 'ann').orderBy('path', 'desc')),
		['courses/b/roster/ann', 'courses/a/roster/ann']);
	await step('a collection below a document holds only its own', () => ids(db.collection('courses/a/roster')), ['ann', 'bob']);

	await step('a stream gives the same documents', async () => {
		const found = [];
		for await (const document of people.stream()) found.push(document.id);
		return found;
	}, ['nil', 'par', 'tpe', 'hk', 'lon', 'sha']);

	await step('documents are counted', async () => {
		const all = await cities.count().get();
		const some = await cities.where('country', '==', 'CN').count().get();
		const first = await cities.limit(4).count().get();
		const none = await db.collection('nobody').count().get();
		return [all, some, first, none].map((snapshot) => snapshot.data().count);
	}, [6, 2, 4, 0]);

	await step('sums and averages, of something and of nothing', async () => {
		const figures = (query) => query.aggregate({ n: AggregateField.count(), sum: AggregateField.sum('m.area'), average: AggregateField.average('founded') }).get();
		const capitals = await figures(cities.where('tags', 'array-contains', 'capital'));
		const nobody = await figures(db.collection('nobody'));
		return [plain(capitals.data()), plain(nobody.data())];
	}, [{ average: 878, n: 2, sum: 1844 }, { average: null, n: 0, sum: 0 }]);
}
