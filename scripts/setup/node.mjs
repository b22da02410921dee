// A Node that is new enough for wrangler: npm's `node` package, else the Node that runs this.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../console/failure.mjs';
import { root } from '../project/paths.mjs';
import { isAtLeast } from '../project/versions.mjs';

const NEEDED_BY_WRANGLER = [22, 12];
const fromNpm = join(root, 'node_modules', 'node', 'bin', 'node');

/** Path of the Node that wrangler and the web build run with. */
export function modernNode() {
  if (existsSync(fromNpm)) return fromNpm;
  if (isAtLeast(process.versions.node, NEEDED_BY_WRANGLER)) return process.execPath;
  throw new Failure(
    `wrangler needs Node ${NEEDED_BY_WRANGLER.join('.')} or newer. This is Node ${process.versions.node}, and npm did not install its own \`node\` package.`,
    { todo: whyMissing() },
  );
}

// The package fetches its binary in an install script; with scripts switched off it stays empty.
function whyMissing() {
  const scriptsOff = spawnSync('npm', ['config', 'get', 'ignore-scripts'], { encoding: 'utf8', cwd: root }).stdout?.trim() === 'true';
  return scriptsOff
    ? 'npm is set to `ignore-scripts=true`: run `npm rebuild node esbuild workerd --ignore-scripts=false`, or install Node 22 or newer.'
    : 'delete node_modules and run the command again, or install Node 22 or newer.';
}
