// Sweep files: their form, and one error for each mistake.
import { readSweep, trialsOf } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

const file = `
settings: { steps: 500, hidden: [200, 100] }
vary:
  K: { setting: flow, values: { 0: none, 10: "planar*10" } }
  lr: [1e-3, 3e-4]
exclude:
  - { K: 0, lr: 3e-4 }
seeds: 2
`;

it('readSweep reads YAML, and JSON as a part of it', () => {
  const trials = trialsOf(readSweep(file, 'sweep.yaml'));
  expect(trials.map(({ slug }) => slug)).toEqual([
    ...['K-0-lr-0.001-seed-0', 'K-0-lr-0.001-seed-1', 'K-10-lr-0.001-seed-0', 'K-10-lr-0.001-seed-1'],
    ...['K-10-lr-0.0003-seed-0', 'K-10-lr-0.0003-seed-1'],
  ]);
  expect(trials[5]!.settings).toEqual({
    ...{ steps: '500', hidden: '200,100', flow: 'planar*10', lr: '0.0003', seed: '1' },
  });
  const json = JSON.stringify({ vary: { flow: ['none'] } });
  expect(trialsOf(readSweep(json, 'sweep.json'))).toHaveLength(1);
});

describe('readSweep refuses', () => {
  it.each([
    ['text that is no YAML', 'vary: { flow: [none', /^s\.yaml:1:\d+: expected YAML/],
    ['an unknown field', 'vary: { flow: [none] }\nseedz: 2', /^s\.yaml:1:1: .*seedz/],
    ['no seeds', 'seeds: 0', /^s\.yaml:1:8: seeds: /],
    ['a column without values', 'vary: { flow: {} }', /vary: flow: expected one of values, linear, log and whole/],
    ['an empty list', 'vary:\n  flow: []', /^s\.yaml:2:9: vary\.flow/],
    ['a range in a grid', 'vary: { lr: { log: [1, 2] } }', /vary: lr: expected a list of values in a grid/],
    ['ends in the wrong order', 'vary: { lr: { log: [2, 1] } }\nsearch: { random: 2 }', /the smaller one first/],
    ['a logarithm of zero', 'vary: { lr: { log: [0, 1] } }\nsearch: { random: 2 }', /two numbers above 0/],
    ['a condition on a later column', 'vary: { a: { values: [1], when: { b: 1 } }, b: [1] }', /columns? before it/],
    ['a condition on no column', 'vary: { flow: [a] }\nexclude: [{ flw: a }]', /exclude: .*did you mean flow/],
    ['a column of seeds', 'vary: { seed: [1, 2] }', /vary: seed: expected seeds in a field of their own: seeds: 3/],
    ['a setting of two columns', 'vary: { K: { setting: flow, values: [a] }, flow: [b] }', /vary: flow: .*as of K/],
    ['a setting of a column and a row', 'vary: { lr: [1] }\nrows: [{ lr: 2 }]', /vary: lr: .*no row gives/],
    ['seeds by another name', 'vary: { S: { setting: seed, values: [1] } }', /vary: S: expected seeds in a field/],
    ['a shared seed', 'settings: { seed: 7 }', /settings: expected seeds in a field/],
    ['a seed of a row', 'rows: [{ lr: 1, seed: 5 }]', /rows: expected seeds in a field/],
    [
      'a condition that nothing fits',
      'vary: { flow: [none, planar] }\nexclude: [{ flow: plana }]',
      /did you mean planar/,
    ],
    ['half a list value', 'vary: { hidden: [[8, 4]] }\nonly: [{ hidden: [8, 4] }]', /values of hidden: '8,4', got '8'/],
    ['a column of one number', 'vary: { lr: 1e-3 }', /s\.yaml:1:13: vary\.lr: expected columns by name.*, got 0\.001/],
    ['nothing as a value', 'vary: { flow: [~] }', /vary\.flow.*got .*null/],
    ['an alias of nothing', 'vary: { flow: *zz }', /s\.yaml: expected YAML, got .*zz/],
    ['too many draws', 'vary: { lr: { log: [1, 2] } }\nsearch: { random: 10000000000 }', /s\.yaml:2:/],
    ['a search of nothing', 'search: { sobol: 4 }', /search: expected 1 to 21 columns/],
  ])('%s', (_, text, message) => {
    const read = () => readSweep(text, 's.yaml');
    expect(read).toThrow(ExpectationError);
    expect(read).toThrow(message);
  });
});
