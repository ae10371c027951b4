// Parts of the report by themselves: principal components, images of a model, and the table of the worst data.
import { drawNormal } from '@flowvae/random';
import { htmlReport, key } from 'flowvae';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { modelImages } from '../../packages/flowvae/src/report/image-figures.ts';
import { principalPlane } from '../../packages/flowvae/src/report/latent/principal-components.ts';
import { executablePath, hasChromium } from '../compiler/export/chromium.ts';

describe('modelImages', () => {
  const levels = { shape: [1, 4, 1], form: 'levels', hasMissing: false } as const;

  it('draws values that are not finite dark, and counts them in the title', () => {
    const values = Float32Array.of(0.25, Number.NaN, Number.POSITIVE_INFINITY, 1);
    expect(modelImages(values, levels)).toEqual({
      images: Float32Array.of(0.25, 0, 0, 1),
      notFinite: ', 2 values not finite',
    });
    const numbers = { ...levels, form: 'real', range: [-3, 5] } as const;
    expect(modelImages(values, numbers).images).toEqual(Float32Array.of(0.25, -3, -3, 1));
  });

  it('leaves finite values and the title as they are', () => {
    const values = Float32Array.of(0.25, 0, 0.5, 1);
    expect(modelImages(values, levels)).toEqual({ images: values, notFinite: '' });
  });
});

describe('principalPlane', () => {
  const [count, dim] = [4000, 5];
  const noise = drawNormal(key(1), count * dim);
  /** Deviations 1, 2, 3, 4, 5 along the axes, in this order of columns, around means of 10. */
  const values = noise.map((value, i) => 10 + value * ((i % dim) + 1));

  it('projects on the axes of largest variance, with their shares', () => {
    const { points, shares } = principalPlane(values, dim);
    const along = (row: number, d: number) => values[row * dim + d]! - 10;
    for (const row of [0, 1, 999]) {
      expect(points[2 * row]!).toBeCloseTo(along(row, 4), -0.5);
      expect(points[2 * row + 1]!).toBeCloseTo(along(row, 3), -0.5);
    }
    expect(shares[0]).toBeCloseTo(25 / 55, 1);
    expect(shares[1]).toBeCloseTo(16 / 55, 1);
  });

  it('gives uncorrelated coordinates whose variances are the shares of the whole', () => {
    const { points, shares } = principalPlane(values, dim);
    const mean = (of: (row: number) => number) =>
      Array.from({ length: count }, (_, row) => of(row)).reduce((a, b) => a + b, 0) / count;
    const centres = Array.from({ length: dim }, (_, d) => mean((row) => values[row * dim + d]!));
    const total = centres.reduce((sum, centre, d) => sum + mean((row) => (values[row * dim + d]! - centre) ** 2), 0);
    expect(mean((row) => points[2 * row]! * points[2 * row + 1]!)).toBeCloseTo(0, 3);
    expect(mean((row) => points[2 * row]! ** 2) / total).toBeCloseTo(shares[0], 5);
    expect(mean((row) => points[2 * row + 1]! ** 2) / total).toBeCloseTo(shares[1], 5);
  });

  it('of points on one line has one share', () => {
    const line = Float32Array.from({ length: 30 }, (_, i) => Math.floor(i / 3) * ((i % 3) - 1));
    const { shares } = principalPlane(line, 3);
    expect(shares[0]).toBeCloseTo(1, 10);
    expect(shares[1]).toBeCloseTo(0, 10);
  });
});

describe('a table that readers sort', () => {
  const rows = [
    ['b', '10.00'],
    ['c', '−2.50'],
    ['a', '9.00'],
  ];
  const page = (isSortable: boolean) =>
    htmlReport({ title: 'r', sections: [{ title: 's', tables: [{ columns: ['name', 'value'], rows, isSortable }] }] });

  it('brings its script along, once, and other pages have none', () => {
    expect(page(true).match(/<script>/g)).toHaveLength(1);
    expect(page(false)).not.toContain('<script>');
  });

  it.skipIf(!hasChromium())('is sorted by numbers or words, in both directions (needs Chromium)', async () => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const tab = await browser.newPage();
      await tab.setContent(page(true));
      const names = () => tab.locator('tbody td:first-child').allInnerTexts();
      const click = (column: string) => tab.getByRole('button', { name: column }).click();
      await click('value');
      expect(await names()).toEqual(['c', 'a', 'b']);
      await click('value');
      expect(await names()).toEqual(['b', 'a', 'c']);
      await click('name');
      expect(await names()).toEqual(['a', 'b', 'c']);
    } finally {
      await browser.close();
    }
  });
});
