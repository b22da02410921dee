// Transactions: reads and writes that happen at one time, or not at all.
import { setTimeout as pause } from 'node:timers/promises';
import { refusal } from '../steps.mjs';

const ATTEMPTS = 12;

/** @param {import('./client.mjs').Client} client */
export async function transactions({ step, told, db, plain }) {
	const docs = db.collection('transactions');
	const data = async (id) => plain((await docs.doc(id).get()).data() ?? null);

	await step('a transaction reads and writes', async () => {
		await docs.doc('from').set({ balance: 10 });
		await docs.doc('to').set({ balance: 0 });
		const moved = await db.runTransaction(async (transaction) => {
			const [from, to] = await transaction.getAll(docs.doc('from'), docs.doc('to'));
			transaction.update(from.ref, { balance: from.get('balance') - 4 });
			transaction.update(to.ref, { balance: to.get('balance') + 4 });
			transaction.create(docs.doc('receipt'), { amount: 4 });
			return 4;
		});
		return [moved, await data('from'), await data('to'), await data('receipt')];
	}, [4, { balance: 6 }, { balance: 4 }, { amount: 4 }]);

	await step('a transaction reads by a query', () =>
		db.runTransaction(async (transaction) => {
			const rich = await transaction.get(docs.where('balance', '>', 5));
			rich.docs.forEach(({ ref }) => transaction.update(ref, { rich: true }));
			return rich.docs.map(({ id }) => id);
		}), ['from']);

	await step('a transaction that throws leaves nothing behind', async () => {
		const why = await db.runTransaction(async (transaction) => {
			await transaction.get(docs.doc('from'));
			transaction.set(docs.doc('from'), { balance: 0 });
			throw new Error('changed my mind');
		}).catch((error) => error.message);
		return [why, await data('from')];
	}, ['changed my mind', { balance: 6, rich: true }]);

	await step('a transaction of which one write is refused leaves nothing behind', async () => {
		const why = await refusal(db.runTransaction(async (transaction) => {
			await transaction.get(docs.doc('to'));
			transaction.set(docs.doc('to'), { balance: 100 });
			transaction.create(docs.doc('receipt'), { amount: 100 });
		}, { maxAttempts: 1 }));
		return [why, await data('to')];
	}, [told('ALREADY_EXISTS'), { balance: 4 }]);

	await step('transactions that contend lose none of their writes', async () => {
		await docs.doc('contended').set({ n: 0 });
		const bothHaveRead = meetingOf(2);
		const increment = () => db.runTransaction(async (transaction) => {
			const found = await transaction.get(docs.doc('contended'));
			await bothHaveRead();
			transaction.update(found.ref, { n: found.get('n') + 1 });
		}, { maxAttempts: 1 });
		await Promise.all([persistently(increment), persistently(increment)]);
		return data('contended');
	}, { n: 2 });

	await step('a read-only transaction reads, and cannot write', async () => {
		const read = await db.runTransaction(async (transaction) => {
			const one = await transaction.get(docs.doc('to'));
			const many = await transaction.get(docs.orderBy('balance'));
			return [plain(one.data()), many.docs.map(({ id }) => id)];
		}, { readOnly: true });
		const write = await db.runTransaction(async (transaction) => transaction.set(docs.doc('to'), {}), { readOnly: true }).catch(() => 'refused');
		return [read, write, await data('to')];
	}, [[{ balance: 4 }, ['to', 'from']], 'refused', { balance: 4 }]);
}

/** A place where all but the last to come wait for the last. */
function meetingOf(people) {
	let resolve;
	const promise = new Promise((met) => (resolve = met));
	return () => {
		people -= 1;
		if (people <= 0) resolve();
		return promise;
	};
}

/** The client would begin again by itself, but by REST only after a minute. */
async function persistently(work) {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await work();
		} catch (error) {
			if (attempt === ATTEMPTS || await refusal(Promise.reject(error)) !== 'ABORTED') throw error;
			await pause(20 * attempt * Math.random());
		}
	}
}
