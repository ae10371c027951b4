// The runs of a sweep by its description.
import { completeSpec, type RawSpec, trialsOf } from '@flowvae/sweeps';
import { describe, expect, it } from 'vitest';

const valuesOf = (raw: RawSpec) => trialsOf(completeSpec(raw)).map(({ values }) => Object.values(values).join(' '));

describe('trialsOf', () => {
  it('combines all values of a grid, the last column fastest, and seeds within', () => {
    expect(valuesOf({ vary: { flow: ['none', 'planar*2'], lr: [0.1, 0.01] }, seeds: [3, 5] })).toEqual([
      ...['none 0.1 3', 'none 0.1 5', 'none 0.01 3', 'none 0.01 5'],
      ...['planar*2 0.1 3', 'planar*2 0.1 5', 'planar*2 0.01 3', 'planar*2 0.01 5'],
    ]);
  });

  it('gives settings, those of the module, and the module', () => {
    const [trial] = trialsOf(
      completeSpec({
        module: 'a.ts',
        settings: { steps: 7, 'eval-images': 3 },
        set: { width: 4 },
        vary: { K: { setting: 'flow', values: { 5: 'planar*5' } }, 'set.depth': [2], hidden: [[8, 4]] },
      }),
    );
    expect(trial).toEqual({
      slug: 'K-5-set.depth-2-hidden-8-4-seed-0',
      index: 0,
      module: 'a.ts',
      settings: { steps: '7', evalImages: '3', flow: 'planar*5', hidden: '8,4', seed: '0' },
      set: { width: '4', depth: '2' },
      values: { K: '5', 'set.depth': '2', hidden: '8,4', seed: '0' },
    });
  });

  it('varies the module', () => {
    const trials = trialsOf(completeSpec({ vary: { module: ['a.ts', 'b.ts'] } }));
    expect(trials.map(({ module }) => module)).toEqual(['a.ts', 'b.ts']);
  });

  it('varies a column only where its condition holds', () => {
    const vary = { flow: ['none', 'realnvp*2'], hidden: { values: [8, 16], when: { flow: 'realnvp*2' } } };
    expect(valuesOf({ vary })).toEqual(['none 0', 'realnvp*2 8 0', 'realnvp*2 16 0']);
  });

  it('leaves out and keeps runs by conditions', () => {
    const vary = { flow: ['a', 'b', 'c'], lr: [1, 2] };
    expect(valuesOf({ vary, exclude: [{ flow: ['a', 'b'], lr: 1 }] })).toEqual(['a 2 0', 'b 2 0', 'c 1 0', 'c 2 0']);
    expect(valuesOf({ vary, only: [{ flow: 'a' }, { lr: [2] }] })).toEqual(['a 1 0', 'a 2 0', 'b 2 0', 'c 2 0']);
  });

  it('combines given rows with the columns, whose conditions see them', () => {
    const rows = [{ flow: 'none' }, { flow: 'planar', latent: 3 }];
    const vary = { lr: { values: [1, 2], when: { flow: 'planar' } } };
    expect(valuesOf({ rows, vary })).toEqual(['none 0', 'planar 3 1 0', 'planar 3 2 0']);
  });

  it('names every run once, with safe names', () => {
    const long = 'x'.repeat(60);
    const flow = ['a*1', 'a+1', `${long}(1)`, `${long}(2)`];
    const twins = trialsOf(completeSpec({ vary: { flow: ['A', 'a'] } })).map(({ slug }) => slug);
    expect(twins).toEqual(['flow-A-seed-0', 'flow-a-seed-0-2']); // one folder on some disks
    const slugs = trialsOf(completeSpec({ vary: { flow, lr: [long] } })).map(({ slug }) => slug);
    expect(new Set(slugs).size).toBe(4);
    expect(slugs.every((slug) => /^[A-Za-z0-9._-]{1,110}$/.test(slug))).toBe(true);
    const [first, second] = trialsOf(completeSpec({ vary: { flow } }));
    expect([first!.slug, second!.slug]).toEqual(['flow-a-1-seed-0', 'flow-a-1-seed-0-2']);
  });

  const ranges = {
    lr: { log: [1e-4, 1e-2] as [number, number] },
    latent: { whole: [2, 5] as [number, number] },
  };

  it.each([
    ['random', (seed: number) => ({ random: 40, seed })],
    ['sobol', (seed: number) => ({ sobol: 32, seed })],
  ])('draws %s values within their ranges, the same for one seed', (_, search) => {
    const drawn = (seed: number) => trialsOf(completeSpec({ vary: ranges, search: search(seed) }));
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    const rates = drawn(1).map(({ settings }) => Number(settings.lr));
    expect(rates.every((rate) => rate >= 1e-4 && rate <= 1e-2)).toBe(true);
    expect(new Set(drawn(1).map(({ settings }) => settings.latent))).toEqual(new Set(['2', '3', '4', '5']));
  });

  it('draws sobol values evenly: every eighth of a logarithmic range has as many, whatever the seed', () => {
    for (const seed of [0, 1, 2]) {
      const trials = trialsOf(completeSpec({ vary: ranges, search: { sobol: 32, seed } }));
      const eighths = trials.map(({ settings }) => Math.floor(4 * Math.log10(Number(settings.lr) / 1e-4)));
      for (let each = 0; each < 8; each++)
        expect([each, eighths.filter((at) => at === each).length]).toEqual([each, 4]);
    }
  });

  it('holds no more runs than a sweep can hold, and says so before it makes them', () => {
    const many = Array.from({ length: 400 }, (_, i) => i);
    expect(() => trialsOf(completeSpec({ vary: { a: many, b: many, c: many } }))).toThrow(/at most 100000 runs/);
    expect(() => trialsOf(completeSpec({ vary: { a: many }, seeds: 1000 }))).toThrow(/at most 100000 runs/);
  });

  it('keeps equal draws once', () => {
    const trials = trialsOf(completeSpec({ vary: { latent: { whole: [1, 3] } }, search: { random: 50 } }));
    expect(trials.map(({ settings }) => settings.latent).toSorted()).toEqual(['1', '2', '3']);
  });
});

it.each([
  [{ vary: { flow: ['none', 'planar', 'none'] } }, "vary: flow: expected values that differ, got 'none' twice"],
  [
    { vary: { hidden: { values: { small: [8], same: [8] } } } },
    "vary: hidden: expected values that differ, got '8' twice",
  ],
  [{ vary: { flow: ['none'] }, seeds: [3, 1, 3] }, 'seeds: expected seeds that differ, got 3 twice'],
])('completeSpec refuses equal values: %j', (raw, message) => {
  expect(() => completeSpec(raw)).toThrow(message);
});
