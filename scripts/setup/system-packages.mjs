// Programs of the system that some tests need. They are the one thing that cannot live in a cache folder, so they are
// installed only where that is surely wanted: as root, on a Debian, in CI or when asked.
import { spawnSync } from 'node:child_process';
import { step } from '../console/step.mjs';
import { isDebian } from './debian-rust.mjs';

const PACKAGES = { chromium: 'chromium', 'espeak-ng': 'espeak-ng', sox: 'sox', java: 'openjdk-17-jre-headless' };

/** Those of `programs` that are not on the PATH. */
export const absentPrograms = (programs) => programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);

/**
 * Installs what is absent, where that is allowed.
 *
 * @param {string[]} programs
 * @param {boolean} asked
 * @returns {Promise<string[]>} what is absent still
 */
export async function systemPackages(programs, asked) {
  const absent = absentPrograms(programs);
  if (absent.length === 0 || !mayInstall(asked)) return absent;
  const packages = absent.map((name) => PACKAGES[name]);
  console.error(`! Installing system packages with apt-get: ${packages.join(' ')} (MENTORA_INSTALL_SYSTEM_PACKAGES=0 forbids it)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  try {
    await step(`System packages ${packages.join(' ')}`, async (run) => {
      await run('apt-get', ['update', '-q'], { env, accept: [0, 100] }); // a foreign archive that is down does no harm
      await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env });
    });
  } catch (error) {
    console.error(`! ${error.message} ${error.detail?.split('\n').at(-1) ?? ''}`);
  }
  return absentPrograms(programs);
}

/** What a person types to get them. */
export const installHint = (absent) => `sudo apt-get install --no-install-recommends ${absent.map((name) => PACKAGES[name]).join(' ')}`;

function mayInstall(asked) {
  const wanted = asked || process.env.CI === 'true';
  return wanted && process.env.MENTORA_INSTALL_SYSTEM_PACKAGES !== '0' && process.getuid?.() === 0 && isDebian();
}
