// Named draws as files: ArviZ opens the folder and computes the same diagnostics, CSV gives back every float32.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { columnNames } from '@flowvae/flows';
import {
  chainStatistics,
  drawsCsv,
  type NamedDraws,
  namedDraws,
  summariseChains,
  summariseDraws,
  zarrFolder,
} from '@flowvae/inference';
import { drawNormal, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';

const [chains, draws] = [3, 50];

/** [chains, draws, 1 + 2 + 4]: mu, theta[2], L[2, 2]; each coordinate has a mean of its own. */
const values = drawNormal(key(60), chains * draws * 7).map((value, i) => value + (i % 7));
const named = namedDraws({ chains, draws, dim: 7, values }, { mu: [], theta: [2], L: [2, 2] });
const statistics = chainStatistics({
  chains,
  draws,
  dim: 7,
  values,
  acceptance: Float32Array.from({ length: chains * draws }, (_, i) => (i % 10) / 10),
  diverging: Uint8Array.from({ length: chains * draws }, (_, i) => Number(i % 40 === 0)),
});
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const summary = Object.fromEntries(summariseDraws(named).map(({ name, ...rest }) => [name, rest]));

describe('namedDraws', () => {
  it('cuts coordinates into quantities, and columnNames counts their numbers row by row', () => {
    expect(Object.entries(named.columns).map(([name, { shape, values: own }]) => [name, shape, own.length])).toEqual([
      ['mu', [], 150],
      ['theta', [2], 300],
      ['L', [2, 2], 600],
    ]);
    expect(named.columns.theta!.values[2 * 77 + 1]).toBe(values[7 * 77 + 2]);
    expect(named.columns.L!.values[4 * 149 + 3]).toBe(values[7 * 149 + 6]);
    expect(columnNames('L', [2, 2])).toEqual(['L[0,0]', 'L[0,1]', 'L[1,0]', 'L[1,1]']);
    expect(columnNames('A', [1, 2, 2])).toEqual(['A[0,0,0]', 'A[0,0,1]', 'A[0,1,0]', 'A[0,1,1]']);
    expect([columnNames('mu', []), columnNames('theta', [2])]).toEqual([['mu'], ['theta[0]', 'theta[1]']]);
  });

  it('are summarised number by number', () => {
    expect(Object.keys(summary)).toEqual(['mu', 'theta[0]', 'theta[1]', 'L[0,0]', 'L[0,1]', 'L[1,0]', 'L[1,1]']);
    const own = Array.from({ length: chains }, (_, c) =>
      Float64Array.from({ length: draws }, (__, i) => values[7 * (c * draws + i) + 5]!),
    );
    expect(summary['L[1,0]']).toEqual(summariseChains(own));
    expect(summary['L[1,0]']!.mean).toBeGreaterThan(4.5);
  });

  it.each([
    [
      'other shapes',
      () => namedDraws({ chains, draws, dim: 7, values }, { mu: [3] }),
      'namedDraws: shapes: expected quantities of 7 numbers in all, got 3',
    ],
    [
      'values that do not fit',
      () => summariseDraws({ chains: 2, draws: 5, columns: { a: { shape: [2], values: new Float32Array(19) } } }),
      'summariseDraws: a: expected 20 numbers, [2, 5, 2], got 19',
    ],
    ['no draws', () => drawsCsv({ chains: 1, draws: 0, columns: {} }), 'drawsCsv: draws: expected one or more, got 0'],
    [
      'a name that cannot be a folder',
      () =>
        zarrFolder({
          posterior: { chains: 1, draws: 1, columns: { '../a': { shape: [], values: new Float32Array(1) } } },
        }),
      "zarrFolder: posterior: expected a name of letters, digits, _, - and ., a letter or _ first, got '../a'",
    ],
    [
      'the name of an axis',
      () =>
        zarrFolder({
          posterior: { chains: 1, draws: 1, columns: { draw: { shape: [], values: new Float32Array(1) } } },
        }),
      "zarrFolder: posterior: expected quantities of other names than the axes, got 'draw'",
    ],
    [
      'a group outside the folder',
      () => zarrFolder({ '/etc': named }),
      "zarrFolder: groups: expected a name of letters, digits, _, - and ., a letter or _ first, got '/etc'",
    ],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('zarrFolder', () => {
  const files = zarrFolder({ posterior: named, sample_stats: statistics }, { attributes: { target: 'funnel' } });

  it('has the files of Zarr 2, all of them described in the consolidated metadata', () => {
    const consolidated = JSON.parse(text(files.get('.zmetadata')));
    const described = [...files.keys()].filter((path) => /\.z(group|array|attrs)$/.test(path));
    expect(Object.keys(consolidated.metadata).toSorted()).toEqual(described.toSorted());
    for (const path of described) expect(JSON.parse(text(files.get(path)))).toEqual(consolidated.metadata[path]);
    expect(JSON.parse(text(files.get('posterior/L/.zarray')))).toEqual({
      chunks: [3, 50, 2, 2],
      compressor: null,
      dtype: '<f8',
      fill_value: null,
      filters: null,
      order: 'C',
      shape: [3, 50, 2, 2],
      zarr_format: 2,
    });
    expect(JSON.parse(text(files.get('posterior/L/.zattrs')))).toEqual({
      _ARRAY_DIMENSIONS: ['chain', 'draw', 'L_dim_0', 'L_dim_1'],
    });
    expect(JSON.parse(text(files.get('posterior/.zattrs')))).toMatchObject({ target: 'funnel' });
  });

  it('holds the numbers in one chunk, in either type, and yes or no as such', () => {
    const chunk = files.get('posterior/L/0.0.0.0')!;
    expect([...new Float64Array(chunk.buffer, chunk.byteOffset, 600)]).toEqual([...named.columns.L!.values]);
    const narrow = zarrFolder({ posterior: named }, { type: 'float32' });
    expect(JSON.parse(text(narrow.get('posterior/mu/.zarray'))).dtype).toBe('<f4');
    expect(narrow.get('posterior/mu/0.0')!.byteLength).toBe(600);
    expect(JSON.parse(text(files.get('sample_stats/diverging/.zarray'))).dtype).toBe('|b1');
    expect(files.get('sample_stats/diverging/0.0')!.reduce((sum, value) => sum + value, 0)).toBe(4);
    const axis = files.get('posterior/draw/0')!;
    expect(new BigInt64Array(axis.buffer, axis.byteOffset, 50)[49]).toBe(49n);
  });

  const hasArviz =
    spawnSync('python3', ['-c', 'import xarray, zarr, arviz'], { timeout: 50_000 }).status === 0 ||
    spawnSync('python3', ['-c', 'import xarray, zarr, arviz_stats'], { timeout: 50_000 }).status === 0;

  it.skipIf(!hasArviz)('opens in ArviZ, which finds our diagnostics (only where python3 has arviz and zarr)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flowvae-zarr-'));
    try {
      for (const [path, content] of files) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      const script = fileURLToPath(new URL('arviz_summary.py', import.meta.url));
      const { stdout, stderr } = spawnSync('python3', [script, folder], { encoding: 'utf8', timeout: 100_000 });
      expect(stdout, stderr).not.toBe('');
      const found = JSON.parse(stdout);
      expect(found.groups).toEqual(expect.arrayContaining(['posterior', 'sample_stats']));
      expect(found.shapes).toEqual({ mu: [3, 50], theta: [3, 50, 2], L: [3, 50, 2, 2] });
      expect(found.dims.L).toEqual(['chain', 'draw', 'L_dim_0', 'L_dim_1']);
      expect([found.types.diverging, found.diverging]).toEqual(['bool', 4]);
      const rows = Object.entries(found.summary as Record<string, Record<string, number>>);
      expect(rows.map(([name]) => name.replace(', ', ',')).toSorted()).toEqual(Object.keys(summary).toSorted());
      for (const [name, row] of rows) {
        const ours = summary[name.replace(', ', ',')]!;
        expect(row.r_hat, name).toBeCloseTo(ours.rHat, 10);
        expect(row.ess_bulk, name).toBeCloseTo(ours.bulkEss, 7);
        expect(row.ess_tail, name).toBeCloseTo(ours.tailEss, 7);
        expect(row.mcse_mean, name).toBeCloseTo(ours.meanError, 10);
        expect(row.mean, name).toBeCloseTo(ours.mean, 10);
        expect(row.sd, name).toBeCloseTo(ours.std, 2); // arviz-stats 0.8 divides by S, not by S − 1
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('drawsCsv', () => {
  it('has a row for each draw, and names with commas in quotes', () => {
    const lines = drawsCsv(named).split('\n');
    expect(lines[0]).toBe('chain,draw,mu,theta[0],theta[1],"L[0,0]","L[0,1]","L[1,0]","L[1,1]"');
    expect(lines).toHaveLength(152);
    expect(lines[151]).toBe('');
    expect(lines[52]!.startsWith('1,1,')).toBe(true);
  });

  it('gives back every float32, and few digits where few suffice', () => {
    const odd = [0.1, -1 / 3, 1e-40, 3.4028234663852886e38, 16777216, 0, -0, Number.NaN, Infinity, -Infinity, 9.000001];
    const single: NamedDraws = {
      chains: 1,
      draws: odd.length,
      columns: { x: { shape: [], values: Float32Array.from(odd) } },
    };
    const written = drawsCsv(single)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[2]!);
    expect(written.slice(0, 2)).toEqual(['0.1', '-0.33333334']);
    expect(written.slice(7, 10)).toEqual(['NaN', 'inf', '-inf']);
    const back = written.map((field) => Math.fround(Number(field.replace('inf', 'Infinity'))));
    expect(back).toEqual(odd.map((value) => Math.fround(value === 0 ? 0 : value)));
    const rows = drawsCsv(named).trim().split('\n').slice(1);
    const mu = rows.map((row) => Math.fround(Number(row.split(',')[2])));
    expect(mu).toEqual([...named.columns.mu!.values]);
  });
});
