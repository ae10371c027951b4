// The versions that a result depends on.
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { tf } from '@flowvae/tensor';

/** What to write beside every result: the same seed gives the same bytes only under the same versions, threads and machine. */
export function versions(): Readonly<Record<string, string>> {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return {
    flowvae: version,
    node: process.versions.node,
    tensorflow: tf.version_core,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}
