// The versions that a result depends on.
import { cpus } from 'node:os';
import { findDevice, loadRuntime, sharedViews } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { version } from './version.ts';

/**
 * Facts to write beside every result: a seed gives the same bytes only with equal versions, threads and machine.
 *
 * @param engine its device is one of the facts
 */
export async function versions(engine?: string): Promise<Readonly<Record<string, string>>> {
  const runtime = await loadRuntime();
  const device = engine === 'webgpu' ? await findDevice() : undefined;
  return {
    flowvae: version,
    node: process.versions.node,
    tensorflow: tf.version_core,
    onnxruntime: typeof runtime === 'string' ? 'not usable' : runtime.version,
    threadsShare: (await sharedViews()) ? 'rows' : 'operators',
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    ...(typeof device === 'object' ? { device: device.name } : {}),
  };
}
