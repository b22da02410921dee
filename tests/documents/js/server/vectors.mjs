// Vectors, and the nearest neighbours of one.

/** @param {import('./client.mjs').Client} client */
export async function vectors({ step, db, FieldValue, plain }) {
	const points = db.collection('points');
	await step('vectors come back as they went', async () => {
		await db.doc('values/vector').set({ v: FieldValue.vector([1, -2.5, 0]) });
		return plain((await db.doc('values/vector').get()).data());
	}, { v: { vector: [1, -2.5, 0] } });

	await step('vectors are written in a batch', async () => {
		const batch = db.batch();
		const all = { origin: [0, 0], near: [1, 1], far: [10, 10], behind: [-2, -2] };
		for (const [id, at] of Object.entries(all)) batch.set(points.doc(id), { at: FieldValue.vector(at), side: at[0] < 0 ? 'left' : 'right' });
		batch.set(points.doc('nowhere'), { side: 'right' });
		return (await batch.commit()).length;
	}, 5);

	const nearest = (query, options) =>
		query.findNearest({ vectorField: 'at', queryVector: [1, 2], limit: 3, distanceMeasure: 'EUCLIDEAN', ...options }).get();

	await step('vectors: the nearest come first', async () => (await nearest(points)).docs.map(({ id }) => id), ['near', 'origin', 'behind']);

	await step('vectors: the distance is told', async () => {
		const found = await nearest(points, { distanceResultField: 'distance', limit: 2 });
		return found.docs.map((document) => [document.id, plain(document.get('distance').toFixed(6))]);
	}, [['near', '1.000000'], ['origin', '2.236068']]);

	await step('vectors: only what the filter leaves', async () =>
		(await nearest(points.where('side', '==', 'right'), { distanceMeasure: 'DOT_PRODUCT' })).docs.map(({ id }) => id), ['far', 'near', 'origin']);

	await step('vectors: nothing beyond the threshold', async () =>
		(await nearest(points, { distanceThreshold: 3 })).docs.map(({ id }) => id), ['near', 'origin']);
}
