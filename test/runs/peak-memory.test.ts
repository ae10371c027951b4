// The peak of a process, which that of its parent does not hide.
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compiledPath } from '../processes/programs.ts';

const module = pathToFileURL(compiledPath('packages/runs/src/metrics/peak-memory.ts')).href;

/** The peak of a new process that fills so many MiB of memory, MiB. */
const peakOf = (mebibytes: number): number => {
  const code = `import { peakMemoryMiB } from '${module}';
    const held = Buffer.alloc(${mebibytes} * 2 ** 20, 1);
    console.log(peakMemoryMiB(), held.length);`;
  return Number.parseFloat(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
};

describe('peakMemoryMiB', () => {
  it('grows with the memory of the process', () => {
    expect(peakOf(200) - peakOf(0)).toBeGreaterThan(180);
  });

  it('is that of the process itself, however large the one that started it', () => {
    const held = Buffer.alloc(600 * 2 ** 20, 1); // every page is in memory
    expect(peakOf(0)).toBeLessThan(200);
    expect(held.at(-1)).toBe(1);
  });
});
