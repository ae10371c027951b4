// In a page no thread of ours loads modules by URL.
import type { workerModules as inNode } from '../sessions/worker-modules.ts';

/** No URLs. */
export const workerModules: typeof inNode = () => ({ runtime: '', runner: '' });
