// The graphics card of this machine, or a driver in software; tests that need one say so by name where there is none.
import { findDevice, type Graph } from '@flowvae/compiler';
import { encodeModel } from '../../packages/compiler/src/graph/onnx-model.ts';
import { requiredRuntime } from '../../packages/compiler/src/sessions/required-runtime.ts';

const found = await findDevice();

/** Why tests that need a device are skipped, in their names; empty where there is one. */
export const without = typeof found === 'string' ? ` [no device: ${found}]` : '';

/** Whether there is no device. */
export const isMissing = typeof found === 'string';

/** @throws an error of ONNX Runtime that names a node without a kernel on the device */
export async function opensOnDeviceAlone(graph: Graph): Promise<void> {
  const { InferenceSession } = await requiredRuntime('test');
  const session = await InferenceSession.create(encodeModel(graph), {
    executionProviders: ['webgpu'],
    logSeverityLevel: 4,
    extra: { session: { disable_cpu_ep_fallback: '1' } },
  });
  await session.release();
}
