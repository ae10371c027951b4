// The experiments on the plane run from their commands, small, and write the files that their pages name.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { program } from '../processes/programs.ts';

/** Runs an experiment at its smallest; the JSON that it wrote, and the names of files to read. */
async function smoke(name: string): Promise<{ report: Record<string, unknown>; bytes: (file: string) => number }> {
  const out = mkdtempSync(join(tmpdir(), `flowvae-${name}-`));
  try {
    const { code, stderr } = await program(`experiments/${name}/run.ts`, ['--scale', 'smoke', '--out', out]);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(readFileSync(join(out, `${name}.json`), 'utf8'));
    const sizes = new Map(
      ['fig1.png', 'fig1.svg', 'eightGaussians.png'].map((file) => [file, sizeOf(join(out, file))]),
    );
    return { report, bytes: (file) => sizes.get(file) ?? 0 };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function sizeOf(path: string): number {
  try {
    return readFileSync(path).length;
  } catch {
    return 0;
  }
}

it('density-2d fits, and no fit is better than the truth', async () => {
  const { report, bytes } = await smoke('density-2d');
  const results = report.results as { gap: number; standardError: number; heldOutLogLikelihood: number }[];
  expect(results.length).toBe(2);
  for (const { gap, standardError, heldOutLogLikelihood } of results) {
    expect(Number.isFinite(heldOutLogLikelihood)).toBe(true);
    expect(gap).toBeGreaterThan(-4 * standardError);
  }
  expect(bytes('eightGaussians.png')).toBeGreaterThan(10_000);
}, 180_000);

it('fig1 draws, and its densities have mass 1', async () => {
  const { report, bytes } = await smoke('fig1');
  const masses = Object.values(report.masses as Record<string, number>);
  expect(masses.length).toBe(12);
  for (const mass of masses) expect(Math.abs(mass - 1)).toBeLessThan(0.3); // cells of half a unit
  expect(bytes('fig1.png')).toBeGreaterThan(10_000);
  expect(bytes('fig1.svg')).toBeGreaterThan(10_000);
}, 180_000);
