// The observation of one test of tfjs.

export interface Observation {
  /** Path from tfjs-core's `dist` folder. */
  readonly file: string;
  readonly name: string;
  /** jasmine's word; `excluded` and `pending` tests are switched off by tfjs itself. */
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  /** First lines of the errors. */
  readonly messages: readonly string[];
  /** Kernels that tfjs dispatched to the backend under test. */
  readonly kernels: number;
  /** Kernels that tfjs dispatched to any other real backend. */
  readonly foreignKernels: number;
  /** Nodes that ONNX Runtime ran. */
  readonly nodes: number;
  /** Kernels without lowering, and types without graph form, that were asked for. */
  readonly refused: readonly string[];
}
