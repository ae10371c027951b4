// The error for a device that is lost, or has no memory left: it is not the program's fault.
import { ExpectationError } from '@flowvae/tensor';
import { letDeviceGo } from './held-device.ts';

/** Does work on a device. @throws ExpectationError with the first line of the runtime's reason if it fails */
export async function onDevice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ExpectationError) throw error;
    await letDeviceGo();
    throw new ExpectationError({
      where: 'webgpu',
      expected: 'a device that computes to the end',
      received: String(error instanceof Error ? error.message : error)
        .trim()
        .split('\n')[0]!,
      remedy: 'a run goes on from its last checkpoint with `resume`',
    });
  }
}
