// mentora-sim as a service: the offline stand-in for Gemini and Google's token endpoint.
import { Service } from './service.mjs';

const READY_MS = 15_000;

/**
 * Starts mentora-sim on a free port. It cannot understand speech; recordings in the folder that MENTORA_RECORDINGS names
 * (NAME.wav with its words in NAME.txt) are the exception, for tests.
 *
 * @returns {Promise<{ service: Service, url: string }>}
 */
export async function startSim(program, services) {
  const recordings = process.env.MENTORA_RECORDINGS ? ['--transcript-dir', process.env.MENTORA_RECORDINGS] : [];
  const service = new Service('mentora-sim', program, ['--port', '0', ...recordings]);
  services.push(service);
  const [, url] = await service.line(/^mentora-sim listening on (\S+)/, READY_MS);
  return { service, url };
}
