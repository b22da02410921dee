// One document at a time: set, create, get, update, delete, and their preconditions.

/** @param {import('./client.mjs').Client} client */
export async function documents(client) {
	const { step, refusal, told, db, plain, FieldPath, FieldValue, Timestamp } = client;
	const docs = db.collection('documents');
	const data = async (id) => plain((await docs.doc(id).get()).data() ?? null);

	await step('a document that was never written does not exist', async () => {
		const found = await docs.doc('none').get();
		return [found.exists, found.id, found.ref.path, found.data() ?? null];
	}, [false, 'none', 'documents/none', null]);

	await step('create makes a document', async () => {
		await docs.doc('a').create({ name: 'Ada', n: 1 });
		return data('a');
	}, { name: 'Ada', n: 1 });

	await step('create refuses where there is one', () => refusal(once(db, (transaction) => transaction.create(docs.doc('a'), { n: 2 }))), told('ALREADY_EXISTS'));

	await step('a generated id has twenty letters and digits', async () => {
		const added = await docs.add({ n: 3 });
		return [/^[A-Za-z0-9]{20}$/.test(added.id), await data(added.id)];
	}, [true, { n: 3 }]);

	await step('set replaces the whole document', async () => {
		await docs.doc('a').set({ m: { x: { y: 1, z: 2 }, w: 3 }, keep: true });
		return data('a');
	}, { keep: true, m: { w: 3, x: { y: 1, z: 2 } } });

	await step('set with merge keeps what it does not name', async () => {
		await docs.doc('a').set({ m: { x: { z: 20 } }, more: [1] }, { merge: true });
		return data('a');
	}, { keep: true, m: { w: 3, x: { y: 1, z: 20 } }, more: [1] });

	await step('set with chosen fields writes only those', async () => {
		await docs.doc('a').set({ keep: false, more: [2] }, { mergeFields: ['more'] });
		return data('a');
	}, { keep: true, m: { w: 3, x: { y: 1, z: 20 } }, more: [2] });

	await step('update by a dotted path changes one leaf', async () => {
		await docs.doc('a').update({ 'm.x.y': 100, 'm.fresh.leaf': 'new' });
		return data('a');
	}, { keep: true, m: { fresh: { leaf: 'new' }, w: 3, x: { y: 100, z: 20 } }, more: [2] });

	await step('update of a map replaces the map', async () => {
		await docs.doc('a').update({ m: { only: 1 } });
		return data('a');
	}, { keep: true, m: { only: 1 }, more: [2] });

	await step('quoted paths reach names with dots, blanks, quotes and ticks', async () => {
		await docs.doc('quoted').set({ other: 0 });
		const path = new FieldPath('a.b', 'c d', '"e`f\\', '1g');
		await docs.doc('quoted').update(path, 7, 'other', 1);
		const found = await docs.doc('quoted').get();
		return [plain(found.data()), found.get(path)];
	}, [{ 'a.b': { 'c d': { '"e`f\\': { '1g': 7 } } }, other: 1 }, 7]);

	await step('a deleted field is gone, and so is one within a map', async () => {
		await docs.doc('a').update({ keep: FieldValue.delete(), 'm.only': FieldValue.delete() });
		return data('a');
	}, { m: {}, more: [2] });

	await step('update refuses where there is no document', () => refusal(docs.doc('none').update({ n: 1 })), 'NOT_FOUND');

	await step('ids may hold blanks, signs, quotes and other scripts', async () => {
		const ids = ['a b', 'q=1&r#2%20?', '"quoted"', 'naïve 問答 🦉', 'UPPER', '~tilde:colon@at'];
		for (const [index, id] of ids.entries()) await docs.doc(id).set({ index });
		const found = await db.getAll(...ids.map((id) => docs.doc(id)));
		return found.map((document) => [document.id, document.get('index')]);
	}, [['a b', 0], ['q=1&r#2%20?', 1], ['"quoted"', 2], ['naïve 問答 🦉', 3], ['UPPER', 4], ['~tilde:colon@at', 5]]);

	await step('a write goes through at the version that was read, and only once', async () => {
		const { updateTime } = await docs.doc('a').get();
		const first = await refusal(docs.doc('a').update({ n: 1 }, { lastUpdateTime: updateTime }));
		const second = await refusal(docs.doc('a').update({ n: 2 }, { lastUpdateTime: updateTime }));
		return [first, second, (await docs.doc('a').get()).get('n')];
	}, ['done', told('FAILED_PRECONDITION'), 1]);

	await step('what a write answers is the version that is read', async () => {
		const { writeTime } = await docs.doc('version').set({ n: 1 });
		const found = await docs.doc('version').get();
		return [writeTime.isEqual(found.updateTime), found.createTime.isEqual(found.updateTime), found.readTime instanceof Timestamp];
	}, [true, true, true]);

	await step('a write that changes nothing keeps the version, one that does moves it', async () => {
		const before = await docs.doc('version').get();
		await docs.doc('version').set({ n: 1 });
		const same = await docs.doc('version').get();
		await docs.doc('version').set({ n: 2 });
		const moved = await docs.doc('version').get();
		return [before.updateTime.isEqual(same.updateTime), moved.updateTime > same.updateTime, before.createTime.isEqual(moved.createTime)];
	}, [true, true, true]);

	await step('delete with a precondition refuses where it does not hold', async () => {
		const { updateTime } = await docs.doc('version').get();
		await docs.doc('version').set({ n: 3 });
		return [
			await refusal(docs.doc('version').delete({ lastUpdateTime: updateTime })),
			await refusal(docs.doc('none').delete({ exists: true })),
			await data('version'),
		];
	}, [told('FAILED_PRECONDITION'), 'NOT_FOUND', { n: 3 }]);

	await step('delete removes a document, and may find none', async () => {
		await docs.doc('a').delete();
		await docs.doc('a').delete();
		return (await docs.doc('a').get()).exists;
	}, false);

	await step('getAll answers in the order asked, the missing among them', async () => {
		const found = await db.getAll(docs.doc('version'), docs.doc('none'), docs.doc('quoted'));
		return found.map((document) => [document.id, document.exists]);
	}, [['version', true], ['none', false], ['quoted', true]]);

	await step('getAll with a mask reads only those fields', async () => {
		await docs.doc('mask').set({ a: 1, b: { c: 2, d: 3 }, e: 4 });
		const found = await db.getAll(docs.doc('mask'), docs.doc('none'), { fieldMask: ['a', 'b.c'] });
		return found.map((document) => plain(document.data() ?? null));
	}, [{ a: 1, b: { c: 2 } }, null]);

	await step('collections are listed, below the root and below a document', async () => {
		await db.doc('tree/trunk/branches/left').set({});
		await db.doc('tree/trunk/roots/deep').set({});
		const root = await db.listCollections();
		const below = await db.doc('tree/trunk').listCollections();
		return [root.map(({ id }) => id), below.map(({ id }) => id)];
	}, [['documents', 'tree'], ['branches', 'roots']]);

	await step('documents are listed, also those that only have documents below them', async () => {
		await db.doc('tree/bush').set({ n: 1 });
		return (await db.collection('tree').listDocuments()).map(({ path }) => path);
	}, ['tree/bush', 'tree/trunk']);
}

/**
 * Writes in a transaction that is tried once. A plain write would do, but for `firebase-admin`: it takes every 409 for
 * contention, also that of a document that exists, and repeats the write for minutes.
 */
const once = (db, write) => db.runTransaction(async (transaction) => void write(transaction), { maxAttempts: 1 });
