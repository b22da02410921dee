import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseEnv } from 'node:util';
import { NAMES, localSettings, withOfflineServices, writeSettings } from './settings.mjs';

const settings = (own = {}, environment = {}) => localSettings({ secret: 'kept-secret', own, environment });

test('without any setting everything is local and offline', () => {
  const all = withOfflineServices(settings(), 'http://127.0.0.1:9');
  assert.equal(all.ENVIRONMENT, 'local');
  assert.equal(all.DOCUMENT_STORE, 'embedded');
  assert.equal(all.GEMINI_BASE_URL, 'http://127.0.0.1:9');
  assert.equal(all.TICKET_SECRET, 'kept-secret');
});

test('with a Gemini key the model is at Google, so no base URL is set', () => {
  const all = withOfflineServices(settings({}, { GEMINI_API_KEY: 'key' }), 'http://127.0.0.1:9');
  assert.equal(all.GEMINI_API_KEY, 'key');
  assert.ok(!('GEMINI_BASE_URL' in all));
});

test('with a SendGrid key mail goes to people, without one to the offline service', () => {
  const offline = withOfflineServices(settings(), 'http://127.0.0.1:9');
  assert.equal(offline.SENDGRID_BASE_URL, 'http://127.0.0.1:9');
  const real = withOfflineServices(settings({}, { SENDGRID_API_KEY: 'SG.key' }), 'http://127.0.0.1:9');
  assert.ok(!('SENDGRID_BASE_URL' in real));
});

test('files are kept and push messages taken by the offline service, unless a service account is given', () => {
  const offline = withOfflineServices(settings(), 'http://127.0.0.1:9', '{"client_email":"sim"}');
  assert.equal(offline.STORAGE_EMULATOR_HOST, 'http://127.0.0.1:9');
  assert.equal(offline.FIREBASE_SERVICE_ACCOUNT_KEY, '{"client_email":"sim"}');
  const own = withOfflineServices(settings({ FIREBASE_SERVICE_ACCOUNT_KEY: 'own' }), 'http://127.0.0.1:9', 'sim');
  assert.equal(own.FIREBASE_SERVICE_ACCOUNT_KEY, 'own');
  assert.equal(offline.FCM_BASE_URL, 'http://127.0.0.1:9');
  assert.ok(!('STORAGE_EMULATOR_HOST' in own) && !('FCM_BASE_URL' in own));
  const atGoogle = withOfflineServices(settings({ DOCUMENT_STORE: 'firestore' }), 'http://127.0.0.1:9', 'sim');
  assert.ok(!('FIREBASE_SERVICE_ACCOUNT_KEY' in atGoogle));
});

test('credits are sold by the offline service, unless there is a key of Stripe\'s', () => {
  const offline = withOfflineServices(settings(), 'http://127.0.0.1:9', 'sim', 'whsec_1');
  assert.deepEqual([offline.STRIPE_BASE_URL, offline.STRIPE_WEBHOOK_SECRET], ['http://127.0.0.1:9', 'whsec_1']);
  const own = withOfflineServices(settings({ STRIPE_SECRET_KEY: 'sk_test_1' }), 'http://127.0.0.1:9', 'sim', 'whsec_1');
  assert.ok(!('STRIPE_BASE_URL' in own) && !('STRIPE_WEBHOOK_SECRET' in own));
});

test('the Firestore emulator takes the documents when its address is set', () => {
  assert.equal(settings({}, { FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080' }).DOCUMENT_STORE, 'firestore');
});

test('the environment wins over .dev.vars, and .dev.vars over the local default', () => {
  const all = settings({ MAIL_FROM: 'file', TICKET_SECRET: 'file' }, { MAIL_FROM: 'environment' });
  assert.equal(all.MAIL_FROM, 'environment');
  assert.equal(all.TICKET_SECRET, 'file');
});

test('what is no setting of the Worker does not reach it', () => {
  assert.ok(!('AWS_SECRET_ACCESS_KEY' in settings({}, { AWS_SECRET_ACCESS_KEY: 'x' })));
  assert.ok(NAMES.includes('STRIPE_WEBHOOK_SECRET'));
});

test('values with quotes, line breaks and dollars arrive unchanged, in a file that only its owner reads', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'mentora-test-'));
  t.after(() => rmSync(home, { recursive: true }));
  const path = join(home, 'settings.env');
  const values = { A: 'pa$$word $HOME', B: `it's "quoted"`, C: '{"key":"-----BEGIN\\nabc\\n"}', D: 'two\nlines' };
  writeSettings(path, values);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const written = parseEnv(readFileSync(path, 'utf8'));
  // wrangler reads the file with dotenv and then takes `\$` for `$`.
  for (const [name, value] of Object.entries(values)) assert.equal(written[name].replaceAll('\\$', '$'), value);
});
