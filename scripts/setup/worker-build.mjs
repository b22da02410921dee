// worker-build: turns the Worker crate into wasm and JavaScript. Its version is the one of the crate `worker`.
import { lockedVersion } from '../project/versions.mjs';
import { cargoTool } from './cargo-tool.mjs';

export const workerBuild = () => cargoTool('worker-build', lockedVersion('worker'), 'worker-build');
