// Google's Firestore emulator, for tests in Node. It is looked for where `crates/firestore/src/emulator.rs` looks.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../start/ports.mjs';

const JAR = 'platform/cloud-firestore-emulator/cloud-firestore-emulator.jar';
const MAIN_CLASS = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
const PATIENCE_MS = 60_000;
const POLL_MS = 100;
const NOT_INSTALLED =
  "Google's Firestore emulator is not installed. Install it with `gcloud components install cloud-firestore-emulator`" +
  " (or Debian's `google-cloud-cli-firestore-emulator`), or set FIRESTORE_EMULATOR_JAR.";

/**
 * Starts an emulator on a free port. One process serves any number of projects.
 * Null, and a loud line, where it is not installed; with CI=true that is an error.
 * @param {{ rules?: string }} [options] the path of security rules that hold for every project
 * @returns {Promise<{ host: string, port: number, stop: () => Promise<void> } | null>}
 */
export async function startEmulator({ rules } = {}) {
  const jar = jarOf(process.env);
  if (!jar) {
    if (process.env.CI === 'true') throw new Error(NOT_INSTALLED);
    console.error(`SKIPPED: tests against Google's emulator. ${NOT_INSTALLED}`);
    return null;
  }
  const port = await freePort();
  const args = ['-Xmx600m', '-cp', jar, MAIN_CLASS, '--host', '127.0.0.1', '--port', String(port), ...(rules ? ['--rules', rules] : [])];
  const child = spawn('java', args, { stdio: 'ignore' });
  let ended = null;
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve((ended = error.message)));
    child.once('exit', (code, signal) => resolve((ended = `it ended with ${signal ?? code}`)));
  });
  const atExit = () => child.kill('SIGKILL');
  process.once('exit', atExit);
  const stop = async () => {
    process.removeListener('exit', atExit);
    child.kill('SIGKILL');
    await exited;
  };

  const host = `127.0.0.1:${port}`;
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await answers(host))) {
    if (ended !== null) throw new Error(`Google's Firestore emulator did not start: ${ended}`);
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`Google's Firestore emulator gave no answer on ${host}`);
    }
    await pause(POLL_MS);
  }
  return { host, port, stop };
}

/** `FIRESTORE_EMULATOR_JAR`, else the SDK that `gcloud` belongs to, else where Debian's package puts it. */
function jarOf(env) {
  if (env.FIRESTORE_EMULATOR_JAR) return env.FIRESTORE_EMULATOR_JAR;
  const gclouds = (env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'gcloud')).filter(existsSync);
  const sdks = gclouds.map((gcloud) => dirname(dirname(realpathSync(gcloud))));
  return [...sdks, '/usr/lib/google-cloud-sdk'].map((sdk) => join(sdk, JAR)).find(existsSync) ?? null;
}

async function answers(host) {
  try {
    return (await fetch(`http://${host}/`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
