// The versions that a result depends on.
import { cpus } from 'node:os';
import { loadRuntime, sharedViews } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { version } from './version.ts';

/** Facts to write beside every result: a seed gives the same bytes only with equal versions, threads and machine. */
export async function versions(): Promise<Readonly<Record<string, string>>> {
  const runtime = await loadRuntime();
  return {
    flowvae: version,
    node: process.versions.node,
    tensorflow: tf.version_core,
    onnxruntime: typeof runtime === 'string' ? 'not usable' : runtime.version,
    threadsShare: (await sharedViews()) ? 'rows' : 'operators',
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}
