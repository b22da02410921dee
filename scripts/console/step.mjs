// One step of work on the console: its name, the seconds it takes, the last line its program said.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { logs } from '../project/paths.mjs';

const HEARTBEAT_MS = 20_000; // a CI log shows that a long step is alive
const REDRAW_MS = 200;
const KEPT_LINES = 40;

/** Seconds with one decimal, as printed everywhere. */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Runs `work` as a named step. `work` receives `run`, which starts a program inside the step: its output goes to the
 * step's log file, its last line to the console; it resolves to what the program wrote to its standard output. `say`
 * shows a line of ours in its place.
 *
 * @template T
 * @param {string} name what is being done, as a person would say it
 * @param {(run: (program: string, args: string[], options?: object) => Promise<string>, say: (line: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const started = Date.now();
  const display = new Display(name, started);
  mkdirSync(logs, { recursive: true });
  const log = join(logs, `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}.log`);
  const sink = createWriteStream(log);
  try {
    const run = (program, args, options) => runProgram(program, args, { ...options, log, sink, display });
    const say = (line) => {
      display.line = line;
    };
    const result = await work(run, say);
    display.end(`✓ ${name}  ${seconds(Date.now() - started)}`);
    return result;
  } catch (error) {
    display.end(`✗ ${name}  ${seconds(Date.now() - started)}`);
    throw error;
  } finally {
    sink.end();
  }
}

// Programs that run now. A step that is given up does not leave them behind.
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGTERM')));

/**
 * @param {string} program
 * @param {string[]} args
 * @param {object} options `happened` and `todo` word the failure; `accept` lists the exit codes that are none; with
 *   `outcome` every end is accepted and told as `{ code, output }`, `output` being all that was said
 */
function runProgram(program, args, { cwd, env, todo, happened, log, sink, display, accept = [0], outcome = false }) {
  return new Promise((resolve, reject) => {
    sink.write(`$ ${program} ${args.join(' ')}\n`);
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const tail = [];
    let output = '';
    let partial = '';
    const take = (chunk) => {
      sink.write(chunk);
      const lines = (partial + chunk).split(/\r?\n|\r/);
      partial = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        tail.push(line);
        if (tail.length > KEPT_LINES) tail.shift();
        display.line = line.trim();
      }
    };
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      take(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      if (outcome) output += chunk;
      take(chunk);
    });
    child.on('error', (error) => {
      reject(
        new Failure(error.code === 'ENOENT' ? `\`${program}\` is not installed or not on the PATH.` : `\`${program}\` could not be started: ${error.message}`, {
          todo,
        }),
      );
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      if (outcome) return resolve({ code: code ?? 1, output });
      if (accept.includes(code)) return resolve(output);
      if (partial.trim()) tail.push(partial);
      const how = signal ? `was stopped by ${signal}` : `ended with exit code ${code}`;
      reject(new Failure(happened ?? `\`${program} ${args[0] ?? ''}\` ${how}.`, { todo, log, detail: tail.join('\n') }));
    });
  });
}

// On a terminal one line is redrawn; elsewhere a line is printed at the start, every 20 s and at the end.
class Display {
  line = '';

  constructor(name, started) {
    this.name = name;
    this.started = started;
    this.terminal = Boolean(process.stderr.isTTY) && !process.env.CI;
    if (!this.terminal) process.stderr.write(`· ${name} …\n`);
    this.timer = setInterval(() => this.draw(), this.terminal ? REDRAW_MS : HEARTBEAT_MS);
  }

  draw() {
    const text = `  ${this.name}  ${seconds(Date.now() - this.started)}  ${this.line}`;
    if (this.terminal) process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    else process.stderr.write(`${text.slice(0, 160)}\n`);
  }

  end(text) {
    clearInterval(this.timer);
    process.stderr.write(this.terminal ? `\r\x1b[2K${text}\n` : `${text}\n`);
  }
}
