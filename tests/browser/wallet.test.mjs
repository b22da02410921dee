// A teacher in Chromium reads a wallet, buys credits for a course, gives a purchase up, and says how to be told of things.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { obstacles } from './obstacles.mjs';
import { browser, inEveryLook, mentora, stage } from './stage.mjs';

const ANSWER_MS = 10_000;
const TOLD_MS = 20_000;
const ROUNDS = 20; // with what was given first and what was taken last, more than a page of the ledger

const { folder, opened } = stage('wallet');
let site;
let chromium;
let page;
let teacher; // a token

before(async () => {
  site = opened(await mentora(folder));
  teacher = await signIn({ uid: 'teacher', email: 'teacher@example.org', name: 'Terry Teacher' });
  const admin = await signIn({ uid: 'admin', email: 'admin@example.org', name: 'Ada Admin', admin: true });
  await profile(); // who has none has no wallet that an admin could fill
  const { walletId } = await api(teacher, 'GET', '/api/wallets/me');
  const give = (credits, reason) => api(admin, 'POST', '/api/admin/grants', { walletId, amountMicros: credits * 1_000_000, reason });
  for (let round = 1; round <= ROUNDS; round++) await give(0.25, `Round ${round}`);
  await give(-1.5, 'A mistake');
  await until(async () => (await api(teacher, 'GET', `/api/wallets/${walletId}/ledger?limit=100`)).items.length === ROUNDS + 2);
  chromium = opened(await browser('/dev/null'));
  page = chromium.page;
}, { timeout: 180_000 });

const signIn = async (person) => (await api(null, 'POST', '/api/dev/sign-in', person)).idToken;
const profile = () => api(teacher, 'GET', '/api/users/me');

async function api(token, method, path, body) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(`${site.url}${path}`, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

async function until(holds) {
  for (const deadline = Date.now() + TOLD_MS; !(await holds()); await sleep(200)) {
    if (Date.now() > deadline) throw new Error(`not within ${TOLD_MS / 1_000} s: ${holds}`);
  }
}

const go = (name) => page.getByRole('banner').getByRole('link', { name }).click();
const button = (name) => page.getByRole('button', { name, exact: true });

/** What stands on the page of a wallet, once all of it is there. */
async function wallet() {
  await page.getByTestId('ledger').waitFor();
  const entries = await page.getByTestId('ledger').getByRole('listitem').allInnerTexts();
  return { balance: await page.getByTestId('balance').innerText(), moved: entries.map((entry) => entry.split(/\n+/)) };
}

const paidIn = (moved) => moved.filter(([what]) => what === 'Paid in');

/** From the page of a wallet to Stripe's. */
async function choose(amount) {
  await page.getByLabel('Add credits').selectOption({ label: amount });
  await button('Pay').click();
  await page.waitForURL((url) => url.origin !== site.url);
}

/** What stands at Stripe once it has told of everything. */
async function atStripe(stripe) {
  let books;
  await until(async () => {
    const answer = await fetch(`${stripe}/sim/stripe`, { signal: AbortSignal.timeout(ANSWER_MS) });
    books = await answer.json();
    return books.events.every(({ id }) => books.deliveries.some(({ event, status }) => event === id && status === 200));
  });
  return books;
}

test('a teacher reads what is in the own wallet, and everything that moved', { timeout: 60_000 }, async () => {
  await page.goto(site.url);
  await page.getByTestId('sign-in-teacher').click();
  await page.waitForURL('**/courses');
  await go('Wallet');
  const first = await wallet();
  assert.equal(first.balance, '$23.50');
  assert.equal(first.moved.length, 20);
  await button('Show older ones').click();
  await button('Show older ones').waitFor({ state: 'detached' });
  const { moved } = await wallet();
  const rounds = Array.from({ length: ROUNDS }, (_, at) => [`Given · Round ${ROUNDS - at}`, '$0.25']);
  const expected = [['Corrected · A mistake', '-$1.50'], ...rounds, ['Given · Welcome to Mentora', '$20.00']];
  assert.deepEqual(moved.map(([what, , amount]) => [what, amount]), expected);
  for (const [, when] of moved) {
    const age = Date.now() - Date.parse(when.replaceAll('\u202f', ' '));
    assert.ok(age >= 0 && age < 600_000, `${when} is ${age} ms ago`);
  }
});

test('who pays on Stripe\'s page comes back, and the course has the credits once', { timeout: 90_000 }, async () => {
  await go('Your courses');
  await page.getByRole('link', { name: 'Arguing well' }).click();
  await page.getByRole('link', { name: 'The wallet of the course' }).click();
  const before = await wallet();
  assert.equal(before.balance, '$20.00');
  assert.deepEqual(paidIn(before.moved), []);
  const address = page.url();

  await choose('$25.00');
  const stripe = new URL(page.url()).origin;
  assert.match(await page.locator('body').innerText(), /Mentora credits\s+25\.00 USD/);
  assert.equal(await page.getByLabel('Email').inputValue(), 'teacher@example.org');
  await button('Pay').click();
  await page.waitForURL(`${address}?paid=true**`);
  assert.match(await page.getByTestId('paid').innerText(), /^Thank you/);

  const { events } = await atStripe(stripe);
  assert.ok(events.length > 1, 'Stripe tells more than once of what was paid');
  await until(async () => {
    await page.reload();
    return paidIn((await wallet()).moved).length > 0;
  });
  for (let time = 0; time < 2; time++) {
    await page.reload();
    const { balance, moved } = await wallet();
    assert.equal(balance, '$45.00');
    assert.deepEqual(paidIn(moved).map(([, , amount]) => amount), ['$25.00']);
  }
  await go('Wallet');
  await page.waitForURL('**/wallet');
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  assert.equal((await wallet()).balance, '$23.50', 'it is not the teacher\'s own');
  await page.goto(address);
});

test('who gives up on Stripe\'s page is told that nothing was paid', { timeout: 90_000 }, async () => {
  const address = page.url();
  const ways = { 'the button on the page': () => button('Cancel').click(), 'the browser\'s button': () => page.goBack() };
  for (const [way, comeBack] of Object.entries(ways)) {
    await choose('$100.00');
    const stripe = new URL(page.url()).origin;
    await comeBack();
    await page.waitForURL(address);
    await page.getByTestId('unpaid').waitFor();
    assert.equal(await page.getByTestId('unpaid').innerText(), 'The payment was not completed. What was paid all the same is added by itself.', way);
    const { sales } = await atStripe(stripe);
    assert.equal(sales.filter(({ charge }) => charge).length, 1, 'the purchase before');
    const { balance, moved } = await wallet();
    assert.equal(balance, '$45.00', way);
    assert.equal(paidIn(moved).length, 1, way);
    assert.ok(await button('Pay').isEnabled(), `after ${way} one can pay after all`);
  }
  await page.reload();
  await wallet();
  assert.equal(await page.getByTestId('unpaid').count(), 0, 'it is said once');
});

const box = (channel) => page.getByRole('checkbox', { name: channel });

async function save() {
  const answered = page.waitForResponse((response) => response.request().method() === 'PATCH' && response.url().endsWith('/api/users/me'));
  await button('Save').click();
  assert.equal((await answered).status(), 200);
  await page.getByTestId('saved').waitFor();
}

test('what a teacher does not want to be told stays off, and the rest on', { timeout: 60_000 }, async () => {
  await go('Settings');
  const mail = 'by mail to teacher@example.org';
  const push = 'on my devices';
  const steps = [[mail, false], [push, false], [mail, true], [push, true]];
  const expected = { email: true, push: true };
  assert.ok((await box(mail).isChecked()) && (await box(push).isChecked()), 'both are on at first');
  for (const [channel, on] of steps) {
    await box(channel).setChecked(on);
    await save();
    expected[channel === mail ? 'email' : 'push'] = on;
    assert.deepEqual((await profile()).notifications, expected, `${channel}: ${on}`);
    await page.reload();
    assert.deepEqual({ email: await box(mail).isChecked(), push: await box(push).isChecked() }, expected, `${channel}: ${on}`);
  }
});

test('a name is changed, and changed back', { timeout: 30_000 }, async () => {
  for (const name of ['Theresa Teacher', 'Terry Teacher']) {
    await page.getByLabel('Your name').fill(name);
    await save();
    assert.equal((await profile()).displayName, name);
  }
});

test('every page is readable, wide and narrow, in light and in dark', { timeout: 120_000 }, async () => {
  const [course] = (await api(teacher, 'GET', '/api/courses?limit=1')).items;
  const pages = { wallet: '/wallet', 'course-wallet': `/courses/${course.id}/wallet?paid=true`, settings: '/settings' };
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(`${site.url}${path}`);
    await (name === 'settings' ? button('Save') : page.getByTestId('ledger')).waitFor();
    await inEveryLook(page, name, async (look) => {
      assert.deepEqual(await obstacles(page), [], look);
      for (const place of ['Your courses', 'Wallet', 'Settings']) {
        assert.ok(await page.getByRole('banner').getByRole('link', { name: place }).isVisible(), `${place} is to be found: ${look}`);
      }
    });
  }
});

test('no page has complained', () => {
  const own = chromium.complaints.filter((complaint) => complaint.startsWith(site.url)); // Stripe's stand-in has no icon
  assert.deepEqual(own, []);
  assert.deepEqual(chromium.violations, []);
});
