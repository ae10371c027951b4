// A flow in a VAE of one's own: how few lines it takes, that the page shows them, and that both programs train.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../experiments/import-posterior/', import.meta.url));
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

/** Lines of a text that another lacks, in their order; a line that stands there twice has to be there twice. */
function linesOnlyIn(text: string, other: string): string[] {
  const left = other.split('\n');
  return text.split('\n').filter((line) => {
    const found = left.indexOf(line);
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
}

it('a planar posterior takes at most 15 lines, and the page shows exactly them', () => {
  const [removed, added] = [
    linesOnlyIn(read('plain.ts'), read('planar.ts')),
    linesOnlyIn(read('planar.ts'), read('plain.ts')),
  ];
  expect(added.length).toBeGreaterThan(0);
  expect(removed.length + added.length).toBeLessThanOrEqual(15);
  const shown = /```diff\n(.*?)\n```/s.exec(read('README.md'))![1]!.split('\n');
  const shownAs = (sign: string) => shown.filter((line) => line.startsWith(sign)).map((line) => line.slice(1));
  expect([shownAs('-'), shownAs('+')]).toEqual([removed, added]);
});

it('the plain program has nothing of flowvae', () => {
  for (const file of ['plain.ts', 'images.ts']) expect(read(file)).not.toMatch(/from '(@flowvae\/|flowvae)/);
});

it('the page’s bounds are those of the results', () => {
  const { plain, planar, steps } = JSON.parse(read('results/bounds.json'));
  for (const [name, { bound }] of Object.entries({ plain, planar }) as [string, { bound: number }][]) {
    expect(read('README.md')).toMatch(new RegExp(`\\[${name}\\.ts\\]\\(${name}\\.ts\\) *\\| *${bound.toFixed(2)} \\|`));
  }
  expect(steps).toBe(3000);
});

it('both programs train', () => {
  const out = mkdtempSync(join(tmpdir(), 'flowvae-import-'));
  try {
    const options = ['--steps', '3', '--images', '100', '--out', out];
    const child = spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), join(folder, 'run.ts'), ...options],
      { encoding: 'utf8' },
    );
    expect(child.status, child.stderr).toBe(0);
    const { plain, planar } = JSON.parse(readFileSync(join(out, 'bounds.json'), 'utf8'));
    for (const { bound } of [plain, planar]) {
      // a decoder that knows nothing is at −784·log 2 = −543, and both begin near it
      expect(bound).toBeGreaterThan(-700);
      expect(bound).toBeLessThan(-100);
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}, 120_000);
