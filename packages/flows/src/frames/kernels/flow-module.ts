// The one module of all kernels of flows.
import { bytes } from '#kernels';

export const module = { name: 'flows.wasm', bytes };
