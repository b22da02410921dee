// /api/docs in Chromium: it shows every operation of the document, loads nothing from elsewhere, and signs in.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { browser, inEveryLook, mentora, stage } from './stage.mjs';

const { folder, opened } = stage('docs');
const LOADED_MS = 30_000;
let site;
let chromium;
let page;
const requests = [];

before(async () => {
  site = opened(await mentora(folder));
  chromium = opened(await browser('/dev/null'));
  page = chromium.page;
  page.on('response', (response) => requests.push(response));
}, { timeout: 180_000 });

const shown = () => page.locator('.opblock');

test('every operation of the document is on the page', { timeout: 60_000 }, async () => {
  const begin = Date.now();
  await page.goto(`${site.url}/api/docs`);
  await shown().first().waitFor({ timeout: LOADED_MS });
  console.log(`the page stands after ${Date.now() - begin} ms`);
  const { paths } = await (await fetch(`${site.url}/api/openapi.json`, { signal: AbortSignal.timeout(10_000) })).json();
  const written = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
  const found = await shown().evaluateAll((blocks) =>
    blocks.map((block) => {
      const path = block.querySelector('.opblock-summary-path').dataset.path;
      return `${block.querySelector('.opblock-summary-method').textContent} ${path}`;
    }),
  );
  assert.deepEqual(found.sort(), written.sort());
});

test('it loads nothing from elsewhere, and its own policy holds nothing back', async () => {
  assert.ok(requests.length >= 5, `${requests.length}`);
  for (const response of requests) {
    const { origin, protocol } = new URL(response.url());
    assert.ok(protocol === 'data:' || origin === new URL(site.url).origin, response.url());
    assert.ok(response.status() < 400, `${response.status()} ${response.url()}`);
  }
  const policy = requests.find((response) => response.url().endsWith('/api/docs')).headers()['content-security-policy'];
  assert.match(policy, /script-src 'self';/);
  assert.deepEqual(chromium.complaints, []);
});

test('who signs in on the page calls with a token', { timeout: 60_000 }, async () => {
  await page.locator('#sign-in button').click();
  await page.locator('#signed-in', { hasText: 'You are student' }).waitFor();
  const profile = page.locator('#operations-users-getProfile');
  await profile.locator('.opblock-summary').click();
  await profile.locator('button.execute').click();
  await profile.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
  await profile.locator('.opblock-summary').click();
});

test('it is readable on a wide page and a narrow one, in light and in dark', { timeout: 60_000 }, async () => {
  await inEveryLook(page, 'docs', (_, colorScheme) =>
    page.waitForFunction((dark) => document.documentElement.classList.contains('dark-mode') === dark, colorScheme === 'dark'),
  );
});
