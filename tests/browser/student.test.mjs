// A student in Chromium argues by text and by voice, reloads in the middle, and goes on.
//
// UPDATE_SCREENSHOT=1 writes the picture of the README anew.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { browser, mentora, recording, root, stage } from './stage.mjs';

const ANSWER_MS = 40_000;
const MOVES = /^(Clarify|Challenge|Devil.s advocate|Continue|Conclude)$/;

const { folder, opened } = stage('speech');
const pictures = process.env.UPDATE_SCREENSHOT ? join(root, 'docs/images') : join(root, '.mentora/screenshots');
let site;
let chromium;
let page;
let speech;

before(async () => {
  mkdirSync(pictures, { recursive: true });
  speech = recording(folder, 'essay', 'An essay shows how a student thinks, and a machine cannot do that for them.');
  site = opened(await mentora(folder));
  chromium = opened(await browser(speech.path));
  page = chromium.page;
}, { timeout: 180_000 });

const turns = (speaker) => page.getByTestId(`turn-${speaker}`);
const heardMs = async () => Number(await page.getByTestId('audio-played-ms').getAttribute('data-ms'));
const words = async (turn) => (await turn.locator('.text').innerText()).trim();

/** Writes and waits until the tutor's answer has settled; returns how its text grew. */
async function argue(text) {
  const before = await turns('tutor').count();
  await write(text);
  return answer(before);
}

async function write(text) {
  await page.getByTestId('composer').fill(text);
  await page.getByTestId('send').click();
}

async function answer(before) {
  const turn = turns('tutor').nth(before);
  await turn.waitFor({ timeout: ANSWER_MS });
  const grew = new Set();
  for (const deadline = Date.now() + ANSWER_MS; Date.now() < deadline; await sleep(40)) {
    grew.add((await words(turn)).length);
    if ((await turn.getAttribute('data-status')) === 'stored') return { turn, grew };
  }
  throw new Error(`the answer was not stored within ${ANSWER_MS / 1_000} s; it reads: ${await words(turn)}`);
}

test('a student signs in and finds the question', { timeout: 60_000 }, async () => {
  await page.goto(site.url);
  await page.getByTestId('sign-in-student').click();
  await page.locator('[data-testid^="course-"]', { hasText: 'Arguing well' }).click();
  // An assignment is a button until it was begun, and a link to the conversation after.
  await page.locator('li, article, tr', { hasText: 'Should AI-written essays count?' }).locator('[data-testid^="assignment-"]').first().click();
  await page.locator('[data-testid="connection-state"][data-state="open"]').waitFor();
  await page.getByTestId('question').waitFor();
  assert.match(await page.getByTestId('question').innerText(), /essays that were written with the help of an AI/);
});

test('the page says that no model is connected', { timeout: 30_000 }, async () => {
  assert.match(await page.getByTestId('offline-banner').innerText(), /offline tutor/i);
});

test('three turns by text are answered as they are written, each with its move', { timeout: 150_000 }, async () => {
  const said = [
    'AI is bad for essays.',
    'I think essays should be written by the student, because writing is how we learn to think.',
    'Everybody who uses an AI learns nothing at all.',
  ];
  for (const [index, text] of said.entries()) {
    const { turn, grew } = await argue(text);
    assert.equal(await words(turns('student').nth(index)), text);
    assert.match(await words(turn), /\?/, 'the tutor answers with a question');
    assert.ok(grew.size > 2, `the answer came in ${grew.size} pieces`);
    assert.match((await turn.getByTestId('move').innerText()).trim(), MOVES);
  }
});

test('the tutor is heard', { timeout: 30_000 }, async () => {
  assert.ok((await heardMs()) > 1_000, `${await heardMs()} ms of speech were played`);
});

test('a turn is spoken, understood and answered aloud', { timeout: 90_000 }, async () => {
  const before = await turns('tutor').count();
  const heard = await heardMs();
  await page.getByTestId('talk').click();
  await page.locator('[data-talking="listening"]').waitFor();
  await sleep(speech.ms + 500);
  await page.getByTestId('talk').click();
  const { turn } = await answer(before);
  assert.equal(await words(turns('student').nth(3)), speech.text);
  assert.match(await words(turn), /\?/);
  assert.ok((await heardMs()) > heard, 'the answer was played');
  await page.screenshot({ path: join(pictures, 'conversation.png') });
});

test('a reload in the middle of an answer loses nothing, and the dialogue goes on', { timeout: 120_000 }, async () => {
  const before = await turns('tutor').count();
  await write('A calculator does not stop us from learning to count, so why should this?');
  await turns('tutor').nth(before).waitFor({ timeout: ANSWER_MS });
  await page.reload();
  await turns('tutor').nth(before).waitFor({ timeout: ANSWER_MS });
  const { turn } = await answer(before);
  assert.match(await words(turn), /\?/, 'the answer is complete');
  assert.equal(await turns('student').count(), 5);
  assert.equal(await turns('tutor').count(), before + 1);
  await argue('Perhaps it depends on what the essay is for.');
  assert.equal(await turns('student').count(), 6);
  assert.equal(await turns('tutor').count(), before + 2);
});

test('the page speaks Traditional Chinese too', { timeout: 30_000 }, async () => {
  await page.getByTestId('language').selectOption({ label: '繁體中文' });
  await page.locator('html[lang^="zh"]').waitFor();
  await page.screenshot({ path: join(pictures, 'conversation-zh-TW.png') });
});

test('no page breaks its own security policy, and a foreign picture does', { timeout: 30_000 }, async () => {
  assert.deepEqual(chromium.violations, []);
  const { headers } = await fetch(site.url, { signal: AbortSignal.timeout(5_000) });
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('content-security-policy'), "frame-ancestors 'none'"); // the rest stands in the page itself
  assert.match(headers.get('permissions-policy'), /microphone=\(self\), camera=\(\)/);
  await page.evaluate(() => document.body.append(Object.assign(new Image(), { src: 'https://picture.invalid/x.png' })));
  for (const deadline = Date.now() + 5_000; Date.now() < deadline && chromium.violations.length === 0; ) await sleep(50);
  assert.match(chromium.violations[0] ?? '', /picture\.invalid/);
});
