// A page serves the .wasm files of TensorFlow.js's backend itself.

/** None: the files lie beside the script, or where the page says so with the backend's `setWasmPaths`. */
export const wasmFolder = (): string | undefined => undefined;
