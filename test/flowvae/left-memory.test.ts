// Buffers that nobody holds any more.
import { describe, expect, it } from 'vitest';
import { collectGarbage } from '../../packages/flowvae/src/run/training/left-memory.ts';

const MIB = 2 ** 20;

/** Makes a buffer of 32 MiB, uses it, and leaves it. */
const leaveBuffer = (): number => new Float32Array(8 * MIB).fill(1).length;

describe('collectGarbage', () => {
  it('frees buffers outside the heap', async () => {
    await collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    leaveBuffer();
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(30 * MIB);
    await collectGarbage();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * MIB);
  });
});
