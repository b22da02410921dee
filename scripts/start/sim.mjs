// mentora-sim as a service: the offline stand-in for Gemini, Google's token endpoint and Stripe.
import { Failure } from '../console/failure.mjs';
import { Service } from './service.mjs';

const READY_MS = 15_000;
// It makes its key when it starts, which takes a second or two in a debug build.
const ACCOUNT_MS = 30_000;

/**
 * Starts mentora-sim on a free port. It cannot understand speech; recordings in the folder that MENTORA_RECORDINGS names
 * (NAME.wav with its words in NAME.txt) are the exception, for tests.
 *
 * @param {{ url: string, secret: string }} [webhook] where it tells what was paid, and what it signs that with
 * @returns {Promise<{ service: Service, url: string, account: string }>} `account`: the key file of its service account
 */
export async function startSim(program, services, webhook) {
  const recordings = process.env.MENTORA_RECORDINGS ? ['--transcript-dir', process.env.MENTORA_RECORDINGS] : [];
  const paid = webhook ? ['--stripe-webhook', webhook.url, '--stripe-webhook-secret', webhook.secret] : [];
  const service = new Service('mentora-sim', program, ['--port', '0', ...recordings, ...paid]);
  services.push(service);
  const [, url] = await service.line(/^mentora-sim listening on (\S+)/, READY_MS);
  const account = await fetch(`${url}/sim/service-account.json`, { signal: AbortSignal.timeout(ACCOUNT_MS) });
  if (!account.ok) throw new Failure(`mentora-sim has no service account: ${await account.text()}`);
  return { service, url, account: await account.text() };
}
