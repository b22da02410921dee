// The web app: static files in apps/mentora/build, which the Worker's assets binding serves.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { step } from '../console/step.mjs';
import { locked } from '../project/lock.mjs';
import { root, state } from '../project/paths.mjs';
import { fingerprint, forget, fresh, stamp } from '../project/stamp.mjs';
import { modernNode } from '../setup/node.mjs';

const SOURCES = ['apps/mentora', 'packages/mentora-api', 'package-lock.json'];
const OUTPUT = 'apps/mentora/build';
const CONTRACT = 'docs/openapi.json';
// What shows it at /api/docs, beside what is ours in apps/mentora/static/api-docs.
const SWAGGER_UI = ['swagger-ui-bundle.js', 'swagger-ui.css'];

/** Builds the web app if its sources have changed, and puts the OpenAPI document beside it. */
export async function buildWeb({ force = false } = {}) {
  await locked(state, 'web', async () => {
    const before = fingerprint(SOURCES);
    if (force || !fresh('web', before, [`${OUTPUT}/index.html`, `${OUTPUT}/api-docs/${SWAGGER_UI[0]}`])) {
      forget('web');
      await step('Web app', build);
      mkdirSync(join(root, OUTPUT, 'api-docs'), { recursive: true });
      for (const name of SWAGGER_UI) copyFileSync(join(root, 'node_modules/swagger-ui-dist', name), join(root, OUTPUT, 'api-docs', name));
      stamp('web', before);
    }
  });
  if (existsSync(join(root, CONTRACT))) copyFileSync(join(root, CONTRACT), join(root, OUTPUT, 'openapi.json'));
}

async function build(run) {
  const options = {
    cwd: root,
    env: { ...process.env, PATH: [dirname(modernNode()), process.env.PATH].join(delimiter) },
    happened: 'The web app does not build.',
    todo: 'correct what the lines above show, then run the command again.',
  };
  // The SDK first: the app imports it.
  for (const name of ['packages/mentora-api', 'apps/mentora']) await run('npm', ['run', 'build', '--if-present', '-w', name], options);
}
