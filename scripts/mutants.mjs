// Breaks a copy of the session machine, one mutant at a time, and runs the simulation on it: each must be caught.
// `npm run mutants:session`, or with words of a mutant's name for these only. It takes minutes, most of it compiling.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mutants } from './mutants/session.mjs';
import { root, target } from './project/paths.mjs';

// Of its own: cargo takes a workspace that was copied for the one it was copied from.
const work = join(target, 'mutants');
const copy = join(work, 'source');
/** Dialogues that are played until a mutant counts as alive: few, and if they find nothing, more. */
const TRIES = [4_000, 80_000];

function copySource() {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0').filter(Boolean);
  for (const file of files) {
    if (!existsSync(join(root, file))) continue;
    const into = join(copy, file);
    // Left alone where it is the same, so that cargo builds it once.
    if (existsSync(into) && readFileSync(into).equals(readFileSync(join(root, file)))) continue;
    mkdirSync(dirname(into), { recursive: true });
    cpSync(join(root, file), into);
  }
}

function simulate(seeds) {
  const args = ['test', '-p', 'mentora-session', '--test', 'simulation', '--no-fail-fast', '--', '--nocapture'];
  const env = { ...process.env, CARGO_TARGET_DIR: join(work, 'build'), SEEDS: String(seeds), RUST_BACKTRACE: '0' };
  const { status, stdout, stderr } = spawnSync('cargo', args, { cwd: copy, env, encoding: 'utf8', maxBuffer: 1 << 30 });
  const output = `${stdout}\n${stderr}`;
  if (/^error(\[E\d+\])?:.*/m.test(stderr) && !/Running tests/.test(stderr)) throw new Error(`the mutant does not compile:\n${stderr.slice(-3_000)}`);
  const found = [...output.matchAll(/invariant `([\w-]+)` is broken: (.*)\nseed \d+, dialogue (\d+) with (\w+)/g)].map(([, invariant, what, dialogue, faults]) => ({ invariant, what, dialogue: Number(dialogue), faults }));
  return { status, found: found.sort((a, b) => a.dialogue - b.dialogue) };
}

function hunt(mutant) {
  const path = join(copy, 'crates/session/src', mutant.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, source.replace(mutant.find, () => mutant.replace));
  try {
    for (const seeds of TRIES) {
      const { found } = simulate(seeds);
      const hit = found.find(({ invariant }) => mutant.breaks.includes(invariant));
      if (hit || found.length > 0) return { hit, found };
    }
    return { found: [] };
  } finally {
    writeFileSync(path, source);
  }
}

copySource();
const wanted = process.argv.slice(2).join(' ');
const unbroken = simulate(TRIES[0]);
if (unbroken.status !== 0) {
  console.error('The simulation fails on the source as it is; mutants say nothing then.', unbroken.found);
  process.exit(1);
}
let alive = 0;
console.log('| what is done wrong | where | caught by | with faults of | after dialogues |\n| --- | --- | --- | --- | ---: |');
for (const mutant of mutants.filter(({ name }) => name.includes(wanted))) {
  const { hit, found } = hunt(mutant);
  if (!hit) alive += 1;
  const seen = hit ? `\`${hit.invariant}\` | ${hit.faults} | ${hit.dialogue}` : `**not caught** ${found.map(({ invariant, what }) => `${invariant}: ${what}`)[0] ?? ''} | | `;
  console.log(`| ${mutant.name} | \`${mutant.file}\` | ${seen} |`);
}
process.exit(alive === 0 ? 0 : 1);
