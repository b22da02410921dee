// Everything a browser test needs: Mentora as `npm start` serves it, speech for the microphone, and Chromium.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const pictures = join(root, '.mentora/screenshots');
const READY_MS = 120_000;
const SIZES = [[1280, 900], [390, 844]];
const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
  '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
];

/**
 * For the tests of one file: a folder of their own, and `opened`, which remembers what is to be closed when they are over.
 *
 * @param {string} name
 */
export function stage(name) {
  const folder = mkdtempSync(join(tmpdir(), `mentora-${name}-`));
  const open = [];
  after(async () => {
    for (const thing of open.reverse()) await thing.close();
    rmSync(folder, { recursive: true, force: true });
  }, { timeout: 30_000 });
  return { folder, opened: (thing) => (open.push(thing), thing) };
}

/** Says the text with espeak-ng. The recording begins and ends in silence, as people do. */
export function recording(folder, name, text) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.wav`);
  run('espeak-ng', ['-v', 'en', '-s', '150', '-w', join(folder, `${name}.raw.wav`), text]);
  run('sox', [join(folder, `${name}.raw.wav`), '-r', '48000', '-c', '1', '-b', '16', path, 'pad', '1.2', '0.6']);
  rmSync(join(folder, `${name}.raw.wav`));
  writeFileSync(join(folder, `${name}.txt`), text);
  const { stdout } = run('soxi', ['-D', path]);
  return { path, text, ms: Math.ceil(Number(stdout) * 1_000) };
}

function run(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.error?.message ?? result.stderr}`);
  return result;
}

/** Starts Mentora on a free port with documents of its own. `recordings`: speech that the offline tutor shall know. */
export async function mentora(recordings) {
  const child = spawn(process.execPath, ['scripts/start.mjs', '--ephemeral'], {
    cwd: root,
    env: { ...process.env, PORT: '0', MENTORA_RECORDINGS: recordings, GEMINI_API_KEY: '', CI: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`Mentora did not start within ${READY_MS / 1_000} s:\n${output}`)), READY_MS);
    const read = (chunk) => {
      output += chunk;
      const ready = /^Mentora is on (\S+)/m.exec(output);
      if (ready) (clearTimeout(late), resolve(ready[1]));
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('exit', (code) => reject(new Error(`Mentora ended with exit code ${code}:\n${output}`)));
  });
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGTERM');
      }),
  };
}

/** Chromium in a fresh profile. What `microphone` holds is what it hears, once. */
export async function browser(microphone) {
  const profile = mkdtempSync(join(tmpdir(), 'mentora-chromium-'));
  const { stdout } = spawnSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: stdout.trim(),
    headless: true,
    args: [...CHROMIUM_FLAGS, `--use-file-for-fake-audio-capture=${microphone}%noloop`],
    viewport: { width: 1180, height: 860 },
    locale: 'en-GB',
  });
  context.setDefaultTimeout(30_000);
  const page = context.pages()[0] ?? (await context.newPage());
  const [violations, complaints] = [[], []];
  page.on('console', (message) => /Content Security Policy/i.test(message.text()) && violations.push(message.text()));
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${page.url()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  return {
    page,
    violations, // what the pages' own policy has refused
    complaints, // every error in the console, and every one that nobody caught
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Looks at the page when it is wide and narrow, light and dark. It fits each time, and a picture of it is kept. */
export async function inEveryLook(page, name, look) {
  mkdirSync(pictures, { recursive: true });
  for (const [width, height] of SIZES) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction(() => document.getAnimations().length === 0); // a colour on its way to another is neither
      await look(`${name}, ${width} px wide, ${colorScheme}`, colorScheme);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${name} is ${overflow} px too wide at ${width} px`);
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`) });
    }
  }
}
