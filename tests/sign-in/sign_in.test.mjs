// People sign in with Google's own SDK at Google's own emulator, and the Worker takes them for who they are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deleteApp, initializeApp } from 'firebase/app';
import {
	applyActionCode,
	connectAuthEmulator,
	createUserWithEmailAndPassword,
	getAuth,
	sendEmailVerification,
	signInAnonymously,
	signInWithEmailAndPassword,
	updateProfile,
} from 'firebase/auth';
import { startWorker } from '../documents/worker.mjs';
import { startAuthEmulator } from './auth-emulator.mjs';

const PROJECT = 'demo-sign-in';
const PATIENCE_MS = 20_000;
const PASSWORD = 'correct horse';
const COURSE = { title: 'Arguing well', code: 'SIGN-IN' };

/** @type {{ host: string, stop: () => Promise<void> }} */
let emulator;
/** @type {{ host: string, stop: () => Promise<void> }} */
let worker;
const apps = [];

before(async () => {
	emulator = await startAuthEmulator(PROJECT);
	worker = await startWorker({ FIREBASE_PROJECT_ID: PROJECT, FIREBASE_AUTH_EMULATOR_HOST: emulator.host });
});

after(async () => {
	await Promise.all(apps.map((app) => deleteApp(app)));
	await worker?.stop();
	await emulator?.stop();
});

/** A browser of its own, so to speak. */
function browser(projectId = PROJECT) {
	const app = initializeApp({ apiKey: 'not a key', projectId }, `browser ${apps.length}`);
	apps.push(app);
	const auth = getAuth(app);
	connectAuthEmulator(auth, `http://${emulator.host}`, { disableWarnings: true });
	return auth;
}

/** Asks the Worker as somebody, who may be nobody. */
async function ask(user, path, body) {
	const headers = { 'content-type': 'application/json', ...(user && { authorization: `Bearer ${await user.getIdToken()}` }) };
	return askWith(headers, path, body);
}

async function askWith(headers, path, body) {
	const request = { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE_MS) };
	const reply = await fetch(`http://${worker.host}${path}`, request);
	return { status: reply.status, body: await reply.json() };
}

async function profileOf(user) {
	const { status, body } = await ask(user, '/api/users/me');
	assert.equal(status, 200, JSON.stringify(body));
	assert.equal(body.uid, user.uid);
	return body;
}

/** Follows the link in the message that the emulator would have sent. */
async function verifyAddress(auth, user) {
	await sendEmailVerification(user);
	const reply = await fetch(`http://${emulator.host}/emulator/v1/projects/${PROJECT}/oobCodes`, { signal: AbortSignal.timeout(PATIENCE_MS) });
	const { oobCodes } = await reply.json();
	await applyActionCode(auth, oobCodes.findLast(({ email }) => email === user.email).oobCode);
	await user.getIdToken(true);
}

/** Gives somebody custom claims, as a server may. */
async function claim(user, claims) {
	const reply = await fetch(`http://${emulator.host}/identitytoolkit.googleapis.com/v1/projects/${PROJECT}/accounts:update`, {
		method: 'POST',
		headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
		body: JSON.stringify({ localId: user.uid, customAttributes: JSON.stringify(claims) }),
		signal: AbortSignal.timeout(PATIENCE_MS),
	});
	assert.equal(reply.status, 200, await reply.text());
	await user.getIdToken(true);
}

test('without signing in nobody gets in', async () => {
	const { status, body } = await ask(null, '/api/users/me');
	assert.deepEqual([status, body.error.code], [401, 'UNAUTHORIZED']);
});

test('an address that was not verified is not believed', async () => {
	const { user } = await createUserWithEmailAndPassword(browser(), 'claimed@school.example', PASSWORD);
	const { email, displayName } = await profileOf(user);
	assert.deepEqual({ email, displayName }, { email: '', displayName: user.uid });
});

test('an address that was verified before the first call is in the profile, and the name with it', async () => {
	const auth = browser();
	const { user } = await createUserWithEmailAndPassword(auth, 'ada@school.example', PASSWORD);
	await updateProfile(user, { displayName: 'Ada Lovelace', photoURL: 'https://pictures.example/ada.png' });
	await verifyAddress(auth, user);
	const made = await profileOf(user);
	assert.deepEqual([made.email, made.displayName, made.photoURL], ['ada@school.example', 'Ada Lovelace', 'https://pictures.example/ada.png']);

	const again = await signInWithEmailAndPassword(browser(), 'ada@school.example', PASSWORD);
	assert.deepEqual(await profileOf(again.user), made);
});

test('who signs in anonymously has a profile without an address', async () => {
	const { user } = await signInAnonymously(browser());
	const { email, displayName } = await profileOf(user);
	assert.deepEqual({ email, displayName }, { email: '', displayName: user.uid });
});

test('the custom claim `admin` opens what is closed to others, and nothing but `true` does', async () => {
	const { user: teacher } = await createUserWithEmailAndPassword(browser(), 'teacher@school.example', PASSWORD);
	const created = await ask(teacher, '/api/courses', COURSE);
	assert.equal(created.status, 201, JSON.stringify(created.body));
	const course = `/api/courses/${created.body.id}`;

	const { user } = await signInAnonymously(browser());
	const seen = async () => (await ask(user, course)).status;
	assert.equal(await seen(), 404);
	await claim(user, { admin: 'true' });
	assert.equal(await seen(), 404);
	await claim(user, { admin: true });
	assert.equal(await seen(), 200);
});

test('a token that somebody has changed, or made for another project, is refused', async () => {
	const { user } = await signInAnonymously(browser());
	const token = await user.getIdToken();
	const [header, claims] = token.split('.');
	const changed = (change) => Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), ...change })).toString('base64url');
	const now = Math.floor(Date.now() / 1000);
	const verdicts = [
		[token, 200, undefined],
		[`${header}.${changed({ exp: now - 1 })}.`, 401, 'TOKEN_EXPIRED'],
		[`${header}.${changed({ aud: 'demo-other' })}.`, 401, 'UNAUTHORIZED'],
		[`${header}.${changed({ iss: 'https://securetoken.google.com/demo-other' })}.`, 401, 'UNAUTHORIZED'],
		[`${header}.${changed({ sub: '' })}.`, 401, 'UNAUTHORIZED'],
		[`${token}AAAA`, 401, 'UNAUTHORIZED'],
	];
	for (const [token, status, code] of verdicts) {
		const reply = await askWith({ authorization: `Bearer ${token}` }, '/api/users/me');
		assert.deepEqual([reply.status, reply.body.error?.code], [status, code], JSON.stringify(reply.body));
	}
});
