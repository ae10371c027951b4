// The experiments on the plane run from their commands, small, and write what their pages say.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Runs an experiment at its smallest; the JSON that it wrote, and the names of files to read. */
function smoke(name: string): { report: Record<string, unknown>; bytes: (file: string) => number } {
  const out = mkdtempSync(join(tmpdir(), `flowvae-${name}-`));
  try {
    const script = fileURLToPath(new URL(`../../experiments/${name}/run.ts`, import.meta.url));
    const args = ['--import', import.meta.resolve('tsx'), script, '--scale', 'smoke', '--out', out];
    const child = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(child.status, child.stderr).toBe(0);
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

it('density-2d fits, and no fit is better than the truth', () => {
  const { report, bytes } = smoke('density-2d');
  const results = report.results as { gap: number; standardError: number; heldOutLogLikelihood: number }[];
  expect(results.length).toBe(2);
  for (const { gap, standardError, heldOutLogLikelihood } of results) {
    expect(Number.isFinite(heldOutLogLikelihood)).toBe(true);
    expect(gap).toBeGreaterThan(-4 * standardError);
  }
  expect(bytes('eightGaussians.png')).toBeGreaterThan(10_000);
}, 180_000);

it('fig1 draws, and its densities have mass 1', () => {
  const { report, bytes } = smoke('fig1');
  const masses = Object.values(report.masses as Record<string, number>);
  expect(masses.length).toBe(12);
  for (const mass of masses) expect(Math.abs(mass - 1)).toBeLessThan(0.3); // cells of half a unit
  expect(bytes('fig1.png')).toBeGreaterThan(10_000);
  expect(bytes('fig1.svg')).toBeGreaterThan(10_000);
}, 180_000);
