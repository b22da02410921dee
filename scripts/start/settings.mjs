// The Worker's settings for this machine: local defaults, then .dev.vars, then the environment. They are handed over in a
// file that only this user can read: a command line is visible to everybody.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { root, state } from '../project/paths.mjs';

/** Every setting of the Worker; .dev.vars.example explains them. */
export const NAMES = [...readFileSync(join(root, '.dev.vars.example'), 'utf8').matchAll(/^# ([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);

/**
 * @param {{ secret: string, own?: Record<string, string>, environment?: Record<string, string> }} given `secret` signs
 *   stream tickets; `own` is what stands in .dev.vars
 * @returns {Record<string, string>} the settings, still without the addresses of the offline services
 */
export function localSettings({ secret, own = ownSettings(), environment = process.env }) {
  const given = Object.fromEntries(NAMES.filter((name) => environment[name]).map((name) => [name, environment[name]]));
  const chosen = { ...own, ...given };
  return {
    ENVIRONMENT: 'local',
    FIREBASE_PROJECT_ID: 'demo-mentora',
    DOCUMENT_STORE: chosen.FIRESTORE_EMULATOR_HOST || chosen.FIRESTORE_BASE_URL ? 'firestore' : 'embedded',
    TICKET_SECRET: secret,
    ...chosen,
  };
}

function ownSettings() {
  const path = join(root, '.dev.vars');
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

/**
 * Adds the addresses of the offline services, for everything that is not connected to the real one.
 *
 * @param {Record<string, string>} settings
 * @param {string} sim where mentora-sim listens
 * @param {string} account the key file of its service account: what it takes for signed
 * @param {string} webhookSecret what it signs Stripe's webhooks with
 */
export function withOfflineServices(settings, sim, account, webhookSecret) {
  const offline = {};
  if (!settings.GEMINI_API_KEY) offline.GEMINI_BASE_URL = sim;
  // Who has a key of Stripe's own has a webhook there as well, or none.
  if (!settings.STRIPE_SECRET_KEY) Object.assign(offline, { STRIPE_BASE_URL: sim, STRIPE_WEBHOOK_SECRET: webhookSecret });
  if (!settings.SENDGRID_API_KEY) offline.SENDGRID_BASE_URL = sim;
  if (!settings.FIREBASE_API_KEY) offline.FIREBASE_JWKS_URL = `${sim}/jwks`;
  if (!settings.FIREBASE_SERVICE_ACCOUNT_KEY) {
    offline.GOOGLE_TOKEN_URL = `${sim}/token`;
    // Google's own Firestore would not know this account; without one, /api/health says what is missing.
    const atGoogle = settings.DOCUMENT_STORE === 'firestore' && !settings.FIRESTORE_EMULATOR_HOST;
    if (!atGoogle) Object.assign(offline, { FIREBASE_SERVICE_ACCOUNT_KEY: account, STORAGE_EMULATOR_HOST: sim, FCM_BASE_URL: sim });
  }
  return { ...offline, ...settings };
}

/** The secret that signs stream tickets: made once and kept, so that a restart keeps what it has signed. */
export function keptSecret() {
  const path = join(state, 'ticket-secret');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  mkdirSync(state, { recursive: true });
  writeFileSync(path, newSecret(), { mode: 0o600 });
  return readFileSync(path, 'utf8').trim();
}

/** What Stripe's webhooks are signed with. */
export const newWebhookSecret = () => `whsec_${newSecret()}`;

export const newSecret = () => randomBytes(32).toString('base64url');

/** Writes the settings where wrangler reads them (`--env-file`). */
export function writeSettings(path, settings) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Object.entries(settings).map(([name, value]) => `${name}=${quoted(value)}\n`).join(''), { mode: 0o600 });
}

// dotenv's grammar: a quoted value may hold anything but its own quote. wrangler then expands `$NAME`, unless escaped.
function quoted(value) {
  const quote = ["'", '`', '"'].find((candidate) => !value.includes(candidate)) ?? "'";
  return `${quote}${value.replaceAll('$', '\\$')}${quote}`;
}
