// The door to ONNX Runtime, which may be absent: its native library exists for some platforms only.
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';

/** The parts of onnxruntime-node that are used here. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof OrtTensor;
  /** Results are equal byte for byte only under one version. */
  readonly version: string;
  /** Whether in-place models end a run before its outputs are copied (in-place.js). */
  readonly stopsBeforeCopies: boolean;
}

let loading: Promise<Runtime | string> | undefined;

/**
 * Loads ONNX Runtime once; after a failure, returns the first line of the reason.
 *
 * @param _isOnDevice whether a graphics card computes: the library is the same here, and another one in a page
 */
export function loadRuntime(_isOnDevice = false): Promise<Runtime | string> {
  loading ??= import('onnxruntime-node').then(
    (module) => ({
      InferenceSession: module.InferenceSession,
      Tensor: module.Tensor,
      version: module.env.versions.node ?? 'unknown',
      stopsBeforeCopies: true,
    }),
    (error: unknown) => String(error instanceof Error ? error.message : error).split('\n')[0]!,
  );
  return loading;
}

/** The folder of the runtime's files matters in a page only: Node finds its library by itself. */
export function runtimeFolder(_url: string): void {}
