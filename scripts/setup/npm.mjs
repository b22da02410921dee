// npm dependencies of the workspace: installed once per package-lock.json.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failure } from '../console/failure.mjs';
import { step } from '../console/step.mjs';
import { root } from '../project/paths.mjs';
import { fingerprint, forget, fresh, stamp } from '../project/stamp.mjs';

const INSTALLED = ['node_modules/.bin/wrangler', 'node_modules/.bin/wasm-opt', 'node_modules/.bin/esbuild'];

/** Installs what package-lock.json says, if that was not done before. */
export async function npmDependencies() {
  if (fresh('npm', print(), INSTALLED)) return;
  forget('npm');

  await step('npm dependencies', async (run) => {
    try {
      await npm(run, 'ci');
    } catch (error) {
      // A package.json was edited since package-lock.json was written. On a developer's machine that is daily life; in
      // CI it would mean that what is tested is not what was committed.
      if (process.env.CI || !error.detail?.includes('EUSAGE')) throw error;
      await npm(run, 'install');
    }
  });
  for (const program of INSTALLED) {
    if (existsSync(join(root, program))) continue;
    throw new Failure(`npm ended well, but ${program} is not there.`, { todo: 'delete node_modules and run the command again.' });
  }
  stamp('npm', print()); // after npm, which may have written package-lock.json
}

// Only what decides about packages: a changed script or description is no reason to install again.
const DECIDING = ['workspaces', 'dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'overrides', 'allowScripts'];

function print() {
  const needs = manifests().map((path) => {
    const manifest = JSON.parse(readFileSync(join(root, path), 'utf8'));
    return [path, DECIDING.map((field) => manifest[field])];
  });
  return fingerprint(['package-lock.json', '.npmrc'], { extra: JSON.stringify(needs) });
}

const npm = (run, verb) =>
  run('npm', [verb, '--loglevel=error', '--no-audit', '--no-fund', '--include=dev'], {
    cwd: root,
    env: outsideNodeModules(),
    happened: `npm could not install the dependencies (\`npm ${verb}\`).`,
    todo: 'check the network and the lines above. If package-lock.json is out of step with a package.json, run `npm install` once and commit the result.',
  });

function manifests() {
  const packages = ['apps', 'packages'].flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`) : [],
  );
  return ['package.json', ...packages.filter((path) => existsSync(join(root, path)))];
}

// `npm start` puts node_modules/.bin first on the PATH, where a `node` lives that `npm ci` is about to delete.
function outsideNodeModules() {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...process.env, PATH: path.join(delimiter) };
}
