// How sessions of ONNX Runtime are set up, by the compiled path and by the backend alike.
import type { InferenceSession } from 'onnxruntime-node';

/**
 * Optimisers of ONNX Runtime 1.30 that drop a node although its result is an output of the graph, and so end the
 * process: both fuse a Transpose into a product. Our lowerings and passes write products that transpose by themselves,
 * so no step loses speed.
 */
const UNSOUND_OPTIMISERS = ['GemmTransposeFusion', 'MatmulTransposeFusion'] as const;

/** The choices of {@link sessionOptions}. */
interface OptionChoices {
  /** Cores that one run may use. */
  readonly threads: number;
  /**
   * Whether runs take as little memory as possible. Otherwise ONNX Runtime places the values of all later runs in one
   * block, beside the arena of the first run. The block saves some calls of the allocator, and costs about as much
   * memory as a run. Default false.
   */
  readonly isSmall?: boolean;
  /** Whether a graphics card computes, by WebGPU. Default false. */
  readonly isOnDevice?: boolean;
}

/** The options of a session. */
export const sessionOptions = ({
  threads,
  isSmall = false,
  isOnDevice = false,
}: OptionChoices): InferenceSession.SessionOptions => ({
  ...(isOnDevice ? { executionProviders: ['webgpu'] } : {}),
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableMemPattern: !isSmall,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3, // its warnings concern generated graphs; errors are thrown
  // Waiting threads sleep instead of spinning: nearly as fast alone, and several times faster on shared or metered
  // cores.
  extra: {
    session: { intra_op: { allow_spinning: '0' } },
    optimization: { disable_specified_optimizers: UNSOUND_OPTIMISERS.join(';') },
  },
});
