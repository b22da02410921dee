// Debian's package tools, used for reading and downloading only. If the system has no package lists, or outdated ones,
// lists of our own are fetched into the cache.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export class Apt {
  #options = [];

  /**
   * @param {Function} run runs a program inside the current step
   * @param {string} home folder for our own package lists
   */
  constructor(run, home) {
    this.run = run;
    this.home = home;
  }

  /** The version that would be installed, or null. */
  async candidate(name) {
    return (await this.#candidate(name)) ?? (this.#options.length === 0 ? ((await this.#fetchLists()), this.#candidate(name)) : null);
  }

  async #candidate(name) {
    const said = await this.run('apt-cache', [...this.#options, 'policy', name], { env: plainEnglish() });
    const version = /^\s*Candidate: (\S+)/m.exec(said)?.[1];
    return version && version !== '(none)' ? version : null;
  }

  /** Downloads packages, and those they need that the system does not have, into `folder`. */
  async download(names, folder) {
    try {
      await this.#download(names, folder);
    } catch (error) {
      if (this.#options.length > 0) throw error;
      await this.#fetchLists(); // the archive has moved on since the system's lists were fetched
      await this.#download(names, folder);
    }
  }

  async #download(names, folder) {
    const needed = await this.#resolve(names);
    await this.run('apt-get', [...this.#options, ...asOurselves(), 'download', ...needed], {
      cwd: folder,
      env: plainEnglish(),
      happened: 'Debian\'s packages could not be downloaded.',
      todo: 'check the network and the apt sources, then run the command again.',
    });
  }

  // Ours are needed even where the system has them, because they are used from the cache; of the rest, what is missing.
  async #resolve(names) {
    const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
    const all = await this.run('apt-cache', [...this.#options, 'depends', '--recurse', ...only, ...names], { env: plainEnglish() });
    const ours = all.split('\n').filter((line) => /^(rust|libstd-rust|libllvm)/.test(line));
    const missing = await this.run('apt-get', [...this.#options, 'install', '--simulate', '--no-install-recommends', ...names], { env: plainEnglish() });
    return [...new Set([...ours, ...[...missing.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name)])];
  }

  async #fetchLists() {
    for (const folder of ['lists/partial', 'archives/partial']) mkdirSync(join(this.home, folder), { recursive: true });
    this.#options = ['-o', `Dir::State::lists=${join(this.home, 'lists')}`, '-o', `Dir::Cache=${this.home}`];
    // One archive of several may be unreachable without harm: whether the package is known decides.
    await this.run('apt-get', [...this.#options, ...asOurselves(), 'update'], { env: plainEnglish(), accept: [0, 100] });
  }
}

// Root's apt downloads as the user `_apt`, who cannot write into a cache folder.
const asOurselves = () => (process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : []);

const plainEnglish = () => ({ ...process.env, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' });
