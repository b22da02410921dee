// Transforms, batches, and writes in bulk.

/** @param {import('./client.mjs').Client} client */
export async function writes({ step, refusal, db, plain, FieldValue, Timestamp }) {
	const docs = db.collection('writes');
	const data = async (id) => plain((await docs.doc(id).get()).data() ?? null);

	await step('increments add, and begin at nothing', async () => {
		await docs.doc('numbers').set({ whole: 1, half: 0.5, text: 'a' });
		await docs.doc('numbers').update({ whole: FieldValue.increment(41), half: FieldValue.increment(1), text: FieldValue.increment(2), 'm.fresh': FieldValue.increment(-1) });
		return data('numbers');
	}, { half: 1.5, m: { fresh: -1 }, text: 2, whole: 42 });

	await step('an increment makes the document it is for', async () => {
		await docs.doc('counter').set({ n: FieldValue.increment(1) }, { merge: true });
		await docs.doc('counter').set({ n: FieldValue.increment(1) }, { merge: true });
		return data('counter');
	}, { n: 2 });

	await step('lists take what they lack and lose what is named', async () => {
		await docs.doc('lists').set({ a: [1, 2, 2], b: [1, 2, 2, { x: 1 }], c: 'no list' });
		await docs.doc('lists').update({ a: FieldValue.arrayUnion(2, 3, { x: 1 }), b: FieldValue.arrayRemove(2, { x: 1 }), c: FieldValue.arrayUnion(1), d: FieldValue.arrayRemove(1) });
		return data('lists');
	}, { a: [1, 2, 2, 3, { x: 1 }], b: [1], c: [1], d: [] });

	await step('the server writes its own time, one for all fields', async () => {
		await docs.doc('times').set({ at: FieldValue.serverTimestamp(), m: { at: FieldValue.serverTimestamp() }, n: 1 });
		const found = await docs.doc('times').get();
		const [at, again] = [found.get('at'), found.get('m.at')];
		return [at instanceof Timestamp, at.isEqual(again), Math.abs(Date.now() - at.toMillis()) < 60_000, found.get('n')];
	}, [true, true, true, 1]);

	if (FieldValue.maximum) {
		await step('maximum and minimum keep the farther', async () => {
			await docs.doc('bounds').set({ a: 5, b: 5, c: 5 });
			await docs.doc('bounds').update({ a: FieldValue.maximum(7), b: FieldValue.minimum(3), c: FieldValue.maximum(1), d: FieldValue.minimum(9) });
			return data('bounds');
		}, { a: 7, b: 3, c: 5, d: 9 });
	}

	await step('a batch is written as a whole', async () => {
		await docs.doc('gone').set({ n: 0 });
		const batch = db.batch();
		batch.create(docs.doc('one'), { n: 1 });
		batch.set(docs.doc('two'), { n: 2 });
		batch.update(docs.doc('two'), { m: 3 });
		batch.delete(docs.doc('gone'));
		const results = await batch.commit();
		return [results.length, await data('one'), await data('two'), await data('gone')];
	}, [4, { n: 1 }, { m: 3, n: 2 }, null]);

	await step('a batch of which one write is refused writes nothing', async () => {
		const batch = db.batch();
		batch.set(docs.doc('three'), { n: 3 });
		batch.update(docs.doc('none'), { n: 10 });
		return [await refusal(batch.commit()), await data('three'), await data('none')];
	}, ['NOT_FOUND', null, null]);

	await step('a batch takes five hundred writes', async () => {
		const batch = db.batch();
		for (let n = 0; n < 500; n += 1) batch.set(db.doc(`batch/${n}`), { n });
		await batch.commit();
		return (await db.collection('batch').count().get()).data().count;
	}, 500);

	await step('writes in bulk succeed and fail each by itself', async () => {
		const bulk = db.bulkWriter();
		bulk.onWriteError(() => false);
		const refused = [];
		for (let n = 0; n < 25; n += 1) bulk.create(db.doc(`bulk/${n}`), { n }).catch(({ code }) => refused.push([n, code]));
		await bulk.flush();
		// Code 6 is ALREADY_EXISTS, 5 is NOT_FOUND: in bulk each write has a status of its own.
		bulk.create(db.doc('bulk/3'), { n: 30 }).catch(({ code }) => refused.push([3, code]));
		bulk.update(db.doc('bulk/none'), { n: 1 }).catch(({ code }) => refused.push(['none', code]));
		bulk.update(db.doc('bulk/4'), { n: 40 });
		bulk.delete(db.doc('bulk/5'));
		await bulk.close();
		const all = await db.collection('bulk').orderBy('n').get();
		return [refused, all.size, all.docs.at(-1).id, (await db.doc('bulk/3').get()).get('n')];
	}, [[[3, 6], ['none', 5]], 24, '4', 3]);

	await step('a tree is deleted with everything below it', async () => {
		const paths = ['forest/oak', 'forest/oak/birds/owl', 'forest/oak/birds/owl/chicks/first', 'forest/elm', 'forestry/kept'];
		for (const path of paths) await db.doc(path).set({});
		await db.recursiveDelete(db.doc('forest/oak'));
		const after = (await db.getAll(...paths.map((path) => db.doc(path)))).map(({ exists }) => exists);
		await db.recursiveDelete(db.collection('forest'));
		return [after, (await db.collection('forest').listDocuments()).length, (await db.doc('forestry/kept').get()).exists];
	}, [[false, false, false, true, true], 0, true]);
}
