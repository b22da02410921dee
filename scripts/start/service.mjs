// A program that runs beside us until we stop: its output goes to a log file, its death is noticed, and stopping it stops
// what it has started too (wrangler starts workerd and esbuild).
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../console/failure.mjs';
import { logs } from '../project/paths.mjs';
import { groupRuns, signalGroup } from './process-group.mjs';

const KEPT_LINES = 25;
const GRACE_MS = 4_000;
const POLL_MS = 50;
const LAST_WORDS_MS = 500;

export class Service {
  /** Resolves with a Failure when the program ends without having been told to. */
  died;

  #child;
  #stopping = false;
  #tail = [];
  #listeners = new Set();

  /**
   * @param {string} name as a person would call it; also names the log file
   * @param {string} program
   * @param {string[]} args
   * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options]
   */
  constructor(name, program, args, { cwd, env, onLine } = {}) {
    mkdirSync(logs, { recursive: true });
    this.name = name;
    this.log = join(logs, `${name}.log`);
    const sink = createWriteStream(this.log);
    if (onLine) this.#listeners.add(onLine);
    // A process group of its own: a signal to the group reaches the grandchildren, and Ctrl-C reaches us alone.
    this.#child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      let partial = '';
      stream.setEncoding('utf8').on('data', (chunk) => {
        if (!sink.writableEnded) sink.write(chunk);
        const lines = (partial + chunk).split('\n');
        partial = lines.pop() ?? '';
        for (const line of lines) this.#heard(line);
      });
    }
    this.died = new Promise((resolve) => {
      const end = (how) => {
        sink.end();
        if (!this.#stopping) resolve(new Failure(`${name} ${how}.`, { log: this.log, detail: this.#tail.join('\n'), todo: 'see the lines above, then start again.' }));
      };
      this.#child.once('error', (error) => end(`could not be started: ${error.message}`));
      this.#child.once('exit', (code, signal) => {
        // Its last words may still be on the way; a grandchild that holds the pipe open must not keep us waiting for them.
        const ended = () => end(signal ? `was stopped by ${signal}` : `ended by itself with exit code ${code}`);
        const patience = setTimeout(ended, LAST_WORDS_MS);
        this.#child.once('close', () => (clearTimeout(patience), ended()));
      });
    });
  }

  /** Resolves with the match of the first line that matches; fails if the program ends before, or takes too long. */
  async line(pattern, withinMs) {
    let listener;
    const found = new Promise((resolve) => {
      listener = (line) => {
        const match = pattern.exec(line);
        if (match) resolve(match);
      };
      this.#listeners.add(listener);
    });
    try {
      return await this.before(found, withinMs, `${this.name} did not say that it is ready`);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** The result of `work`, unless the program ends first or `withinMs` pass. */
  async before(work, withinMs, otherwise) {
    const timer = new AbortController();
    const late = sleep(withinMs, null, { signal: timer.signal }).then(
      () => new Failure(`${otherwise} within ${withinMs / 1000} s.`, { log: this.log, detail: this.#tail.join('\n'), todo: 'see the lines above, then start again.' }),
      () => null,
    );
    try {
      const result = await Promise.race([work, this.died, late]);
      if (result instanceof Failure) throw result;
      return result;
    } finally {
      timer.abort();
    }
  }

  /** Stops the program and everything it has started. */
  async stop() {
    this.#stopping = true;
    const group = this.#child.pid;
    if (group === undefined) return; // it could not even be started
    signalGroup(group, 'SIGTERM');
    for (const deadline = Date.now() + GRACE_MS; groupRuns(group); await sleep(POLL_MS)) {
      if (Date.now() < deadline) continue;
      signalGroup(group, 'SIGKILL');
      return;
    }
  }

  /** The same at once, for the moment at which this process ends. */
  kill() {
    this.#stopping = true;
    if (this.#child.pid !== undefined) signalGroup(this.#child.pid, 'SIGKILL');
  }

  #heard(line) {
    if (line.trim()) this.#tail.push(line);
    if (this.#tail.length > KEPT_LINES) this.#tail.shift();
    for (const listener of this.#listeners) listener(line);
  }
}
