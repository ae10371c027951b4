// The setting of the C library, where it is glibc.
import { describe, expect, it } from 'vitest';
import { returnFreedMemory } from '../../packages/flowvae/src/command/launch/freed-memory.ts';

/** The version of glibc that runs this process; absent elsewhere. */
function glibc(): string | undefined {
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}

describe('returnFreedMemory', () => {
  it('takes effect with glibc, as often as it is called, and tells where it does not', async () => {
    const isSet = glibc() !== undefined;
    expect([await returnFreedMemory(), await returnFreedMemory()]).toEqual([isSet, isSet]);
  });
});
