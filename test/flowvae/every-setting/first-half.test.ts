// Every two settings that `train` takes together, in runs of two steps: the first half of the rows, and the settings
// outside them.
import '../../processes/small-pages.ts';
import { type NetworkName, networkTable } from '@flowvae/vae';
import { ExpectationError } from 'flowvae';
import { describe, expect, it } from 'vitest';
import type { Row } from './covering-rows.ts';
import { covering, described, testRows } from './rows.ts';
import { factors, likelihoodsWithArgument, planned, settingsOf, unpaired, unpairedValues } from './setting-values.ts';
import { doAll } from './whole-run.ts';

const { rows, refused } = covering;

testRows(0);

describe('a setting outside the pairs', () => {
  const names = (Object.keys(networkTable) as NetworkName[]).filter((name) => name !== 'mlp');

  it.each(names)('lets a run do everything: architecture %s', async (architecture) => {
    const { hidden: _, heads: __, ...settings } = settingsOf([])!;
    // a report takes seconds, and nothing in it knows networks
    await doAll(
      { ...settings, architecture, flow: 'planar' },
      { evaluate: architecture === 'conv' ? '--report' : undefined },
    );
  });

  it.each(likelihoodsWithArgument)('lets a run do everything: likelihood %s', (likelihood) =>
    doAll(settingsOf([{ name: 'likelihood', value: likelihood }])!),
  );

  it('lets a run do everything: engine eager', () =>
    doAll({ ...settingsOf([])!, engine: 'eager', flow: 'planar', prior: 'affine' }, { evaluate: '--report' }));

  it.each(Object.entries(unpairedValues))('lets a run do everything: %s', (value, { setting }) =>
    doAll(settingsOf([{ name: setting, value }])!),
  );

  it('lets a run do everything: keep best', () => doAll({ ...settingsOf([])!, keep: 'best', validateEvery: 1 }));

  it('is in the list of exceptions, with a reason', () => {
    expect(Object.keys(unpaired).toSorted()).toEqual([
      ...['architecture', 'colours', 'conditionalPrior', 'data', 'engine', 'invert', 'keep'],
    ]);
  });
});

describe('the rows', () => {
  it('hold every allowed pair', () => {
    const keyOf = (pair: Row) => described(pair.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
    const held = new Set(rows.flatMap((row) => row.flatMap((a, i) => row.slice(i + 1).map((b) => keyOf([a, b])))));
    const choices = factors.flatMap(({ name, values }) => values.map((value) => ({ name, value })));
    const pairs = choices.flatMap((a) => choices.filter(({ name }) => a.name < name).map((b) => [a, b]));
    const isRefused = new Set(refused.map(keyOf));
    expect(pairs.map(keyOf).filter((pair) => !held.has(pair) && !isRefused.has(pair))).toEqual([]);
    expect(pairs.length).toBeGreaterThan(2000);
  });

  it('leave out only pairs whose refusal names one of the two options', () => {
    const unsaid = refused.filter((pair) => {
      try {
        planned(settingsOf(pair) ?? {});
        return true;
      } catch (error) {
        return !(error instanceof ExpectationError && pair.some(({ name }) => error.where === `--${name}`));
      }
    });
    expect(unsaid.map(described)).toEqual([]);
  });
});
