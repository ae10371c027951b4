// In a page the rows of a batch stay together: ONNX Runtime has threads of its own there.
import type { parallelState as inNode } from '../parallel/parallel-state.ts';

/** Says so. */
export const parallelState: typeof inNode = async () => 'threads do not share the rows of a batch in a page';
