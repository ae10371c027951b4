// Keeps the graphics card open between sessions. ONNX Runtime closes it with the last session, and forgets the programs
// that it compiled for it: the next session would wait seconds for them again.
import type { InferenceSession } from 'onnxruntime-node';
import { encodeModel } from '../graph/onnx-model.ts';
import type { Runtime } from '../sessions/runtime.ts';
import { sessionOptions } from '../sessions/session-options.ts';

let held: Promise<InferenceSession> | undefined;

/** Opens a small session that stays, unless there is one. */
export async function holdDevice({ InferenceSession }: Runtime): Promise<void> {
  held ??= InferenceSession.create(smallest(), sessionOptions({ threads: 1, isOnDevice: true }));
  await held;
}

/** Closes that session: a device that failed is opened anew for the next one. */
export async function letDeviceGo(): Promise<void> {
  const before = held;
  held = undefined;
  // a device that is lost, or was never there, cannot close
  await before?.then((session) => session.release()).catch(() => {});
}

/** y [1] = x [1]. */
function smallest(): Uint8Array {
  const value = { shape: [1], type: 'float32' } as const;
  const [inputs, outputs] = [[{ name: 'x', value }], [{ name: 'y', value }]];
  return encodeModel({ inputs, outputs, variables: [], constants: [], nodes: [] });
}
