// wasm-bindgen's program: must equal the library in Cargo.lock to the last digit, or it refuses the wasm file.
import { lockedVersion } from '../project/versions.mjs';
import { cargoTool } from './cargo-tool.mjs';

export const wasmBindgen = () => cargoTool('wasm-bindgen-cli', lockedVersion('wasm-bindgen'), 'wasm-bindgen');
