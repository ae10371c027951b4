// How sessions of ONNX Runtime are set up, by the compiled path and by the backend alike.
import type { InferenceSession } from 'onnxruntime-node';

/**
 * Optimisers of ONNX Runtime 1.30 that drop a node although its result is an output of the graph, and end the process
 * with it: both fuse a Transpose into a product. Our lowerings and passes write products that transpose by themselves,
 * so no step loses anything.
 */
const UNSOUND_OPTIMISERS = ['GemmTransposeFusion', 'MatmulTransposeFusion'] as const;

/**
 * @param threads the number of cores that one run may use
 * @param isSmall whether runs take as little memory as they can: ONNX Runtime lays the values of all later runs out in
 * one block, beside the arena that the first run took. That block saves some calls of the arena's allocator, and costs
 * about as much memory as a run.
 */
export const sessionOptions = (threads: number, isSmall = false): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableMemPattern: !isSmall,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3, // its warnings are about graphs that nobody wrote by hand; errors are thrown
  // Threads that wait sleep instead of spinning: nearly as fast alone, and several times faster where cores are shared
  // or metered.
  extra: {
    session: { intra_op: { allow_spinning: '0' } },
    optimization: { disable_specified_optimizers: UNSOUND_OPTIMISERS.join(';') },
  },
});
