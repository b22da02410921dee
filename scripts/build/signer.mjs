// The program that signs a URL for a file as the Worker does: Google's own client is held against it.
import { join } from 'node:path';
import { step } from '../console/step.mjs';
import { root, target } from '../project/paths.mjs';

/** Builds it; cargo knows whether there is anything to do. Returns the path of the program. */
export async function buildSigner() {
  await step('Signer of URLs', (run) => run('cargo', ['build', '--workspace', '--example', 'sign_upload'], { cwd: root, happened: 'the example sign_upload does not build.', todo: 'correct what the lines above show.' }));
  return join(target, 'debug', 'examples', 'sign_upload');
}
