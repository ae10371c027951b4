// Memory that nobody uses any more.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leaveMemory } from '../../packages/flowvae/src/run/training/left-memory.ts';

const MIB = 2 ** 20;

/** Numbers of a model that is not passed over. */
const LARGE = 1e6;

/** Makes a buffer of 32 MiB, uses it, and leaves it. */
const leaveBuffer = (): number => new Float32Array(8 * MIB).fill(1).length;

describe('leaveMemory', () => {
  it('frees buffers outside the heap', async () => {
    await leaveMemory(LARGE);
    const before = process.memoryUsage().arrayBuffers;
    leaveBuffer();
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(30 * MIB);
    await leaveMemory(LARGE);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * MIB);
  });

  it('passes a small model over', async () => {
    await leaveMemory(LARGE);
    const before = process.memoryUsage().arrayBuffers;
    leaveBuffer();
    await leaveMemory(1000);
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(30 * MIB);
  });

  it.runIf(process.platform === 'linux')('gives pages back that lie between buffers which are alive', async () => {
    const resident = () => Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
    // small enough for the C library's own heap: each second one stays
    const alive: Uint8Array[] = [];
    for (let i = 0; i < 2000; i++) if (i % 2) alive.push(new Uint8Array(50_000).fill(1));
    await leaveMemory(LARGE); // garbage of other tests
    const before = resident();
    const dead = Array.from({ length: 2000 }, () => new Uint8Array(50_000).fill(1));
    expect(resident() - before).toBeGreaterThan(60);
    dead.length = 0;
    await leaveMemory(LARGE);
    expect(resident() - before).toBeLessThan(30);
    expect(alive[0]![0]).toBe(1);
  });
});
