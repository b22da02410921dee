// What runs, and what of it is real.
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { root } from '../project/paths.mjs';

/**
 * @param {{ url: string, settings: Record<string, string>, sim: string, documents: string, ephemeral: boolean,
 *   demo: { code: string, assignments: number, users: string[] } | null, log: string }} run
 */
export function banner({ url, settings, sim, documents, ephemeral, demo, log }) {
  const offlineModel = settings.GEMINI_BASE_URL === sim;
  const rows = [
    ['documents', documentsText({ settings, documents, ephemeral })],
    ['model', offlineModel ? 'offline tutor: asks questions about your own words, no AI. GEMINI_API_KEY=… npm start talks to Gemini' : modelText(settings)],
    ['voice', voiceText(offlineModel)],
    ['mail', settings.SENDGRID_BASE_URL === sim ? `sent to nobody; ${sim}/sim/outbox.html shows what would be` : mailText(settings)],
    ['sign-in', 'development page, no password (this machine only)'],
    ['demo', demo ? `course ${demo.code} with ${demo.assignments} assignments; users ${demo.users.join(', ')}` : 'not made (--no-seed)'],
    ['log', relative(root, log)],
  ];
  console.log(`\nMentora is on ${url}\n`);
  for (const [name, text] of rows) console.log(`  ${name.padEnd(10)} ${text}`);
  console.log('\nCtrl-C stops it.');
}

function documentsText({ settings, documents, ephemeral }) {
  if (settings.DOCUMENT_STORE === 'embedded') return ephemeral ? 'embedded, thrown away at the end (--ephemeral)' : `embedded, kept in ${relative(root, documents)}`;
  if (settings.FIRESTORE_EMULATOR_HOST) return `Firestore emulator on ${settings.FIRESTORE_EMULATOR_HOST}`;
  return `Firestore (${settings.FIRESTORE_BASE_URL ?? 'Google'}), project ${settings.FIREBASE_PROJECT_ID}`;
}

const modelText = (settings) => (settings.GEMINI_BASE_URL ? `Gemini by ${settings.GEMINI_BASE_URL}` : 'Gemini at Google. Its use is billed to your key');

const mailText = (settings) => (settings.SENDGRID_BASE_URL ? `by ${settings.SENDGRID_BASE_URL}` : 'by SendGrid, to real people');

function voiceText(offlineModel) {
  if (!offlineModel) return 'by the model';
  return spawnSync('espeak-ng', ['--version']).error ? 'tones instead of speech; install espeak-ng to hear words' : 'espeak-ng';
}
