// The door to ONNX Runtime, which may be absent: its native library exists for some platforms only.
import { ExpectationError } from '@flowvae/tensor';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';

/** The parts of onnxruntime-node that are used here. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof OrtTensor;
  /** Results are equal byte for byte only under one version. */
  readonly version: string;
}

/** The runtime. @throws ExpectationError if it cannot be loaded; `place` is the caller's work, in the error */
export async function requiredRuntime(place: string): Promise<Runtime> {
  const runtime = await loadRuntime();
  if (typeof runtime !== 'string') return runtime;
  throw new ExpectationError({
    where: `${place}: onnxruntime-node`,
    expected: 'a native library for this platform',
    received: runtime,
    remedy: "use engine 'eager'",
  });
}

let loading: Promise<Runtime | string> | undefined;

/** Loads ONNX Runtime once; after a failure, returns the first line of the reason. */
export function loadRuntime(): Promise<Runtime | string> {
  loading ??= import('onnxruntime-node').then(
    (module) => ({
      InferenceSession: module.InferenceSession,
      Tensor: module.Tensor,
      version: module.env.versions.node ?? 'unknown',
    }),
    (error: unknown) => String(error instanceof Error ? error.message : error).split('\n')[0]!,
  );
  return loading;
}
