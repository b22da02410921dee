// mentora-sim as a service: the offline stand-in for Gemini and Google's token endpoint.
import { Service } from './service.mjs';

const READY_MS = 15_000;

/** Starts mentora-sim on a free port. @returns {Promise<{ service: Service, url: string }>} */
export async function startSim(program, services) {
  const service = new Service('mentora-sim', program, ['--port', '0']);
  services.push(service);
  const [, url] = await service.line(/^mentora-sim listening on (\S+)/, READY_MS);
  return { service, url };
}
