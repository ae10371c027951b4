// The likelihood `columns(…)`: which column has which, its start, its variables, its density, and refusals.
import { drawNormal, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { isInFixedUnits, mlpVae, parseLikelihood } from '@flowvae/vae';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';
import { bernoulliLogDensity, normalLogDensity } from '../reference/densities.ts';
import {
  laplaceLogDensity,
  poissonLogProbability,
  studentTLogDensity,
  zeroInflatedLogProbability,
} from '../reference/likelihoods.ts';

const columns = [
  { name: 'age', kind: 'number', at: 0, width: 1 },
  { name: 'visits', kind: 'number', at: 1, width: 1 },
  { name: 'species', kind: 'category', at: 2, width: 2 },
  { name: 'first, last', kind: 'number', at: 4, width: 1 },
  { name: 'owns', kind: 'bit', at: 5, width: 1 },
  { name: 'weight', kind: 'number', at: 6, width: 1 },
  { name: 'height', kind: 'number', at: 7, width: 1 },
] as const;
const P = 8;
const TEXT = 'columns(age=student-t(4), visits=zero-inflated-poisson, "first, last"=poisson, *=laplace)';
const likelihood = parseLikelihood(TEXT, { columns });
const made = (text: string) => parseLikelihood(text, { columns });

const mean = Float32Array.of(40, 3, 0.25, 0.75, 7, 0.2, -1, 12);
const deviation = Float32Array.of(10, 2, 1, 1, 4, 0.4, 0.5, 3);

describe('columns(…)', () => {
  it('gives each column its form, its outputs and its variables', () => {
    expect(likelihood.forms).toEqual(['real', 'counts', 'bits', 'bits', 'counts', 'bits', 'real', 'real']);
    expect(likelihood.outputsPerPixel).toBe(2); // of the zero-inflated column
    const { bias, params } = likelihood.start(mean, deviation);
    expect(bias).toHaveLength(2 * P);
    expect(Object.fromEntries(Object.entries(params).map(([name, { length }]) => [name, length]))).toEqual({
      'student-t(4)/logScale': 1,
      'laplace/logScale': 2,
    });
    expect(columns.map(({ at }) => isInFixedUnits(likelihood, at))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('starts at the means and deviations of the data', () => {
    const { bias, params } = likelihood.start(mean, deviation);
    const { means } = eager(() => {
      const own = Object.fromEntries(
        Object.entries(params).map(([name, each]) => [name, tf.tensor2d(each, [1, each.length])]),
      );
      return { means: likelihood.at(tf.tensor2d(bias, [1, 2 * P]), own).mean() };
    }, {});
    expect(differences('mean', means!, mean, 1e-5)).toEqual([]);
    const { 'student-t(4)/logScale': ofT, 'laplace/logScale': ofLaplace } = params;
    expect(differences('σ', ofT!, [Math.log(10 * Math.SQRT1_2)], 1e-6)).toEqual([]); // variance σ²·ν/(ν − 2)
    expect(differences('b', ofLaplace!, [Math.log(0.5 * Math.SQRT1_2), Math.log(3 * Math.SQRT1_2)], 1e-6)).toEqual([]);
  });

  const x = [55, 0, 0, 1, 9, 1, -1.2, 30];
  const outputs = Array.from(drawNormal(key(3), 2 * P));
  const inputs = {
    outputs: shaped(outputs, [1, 2 * P]),
    'student-t(4)/logScale': shaped([1.5], [1, 1]),
    'laplace/logScale': shaped([-0.3, 0.8], [1, 2]),
  };
  const exact = [
    studentTLogDensity(x[0]!, outputs[0]!, Math.exp(1.5), 4),
    zeroInflatedLogProbability(0, poissonLogProbability(0, Math.exp(outputs[1]!)), outputs[P + 1]!),
    outputs[3]! - Math.log(Math.exp(outputs[2]!) + Math.exp(outputs[3]!)),
    0,
    poissonLogProbability(9, Math.exp(outputs[4]!)),
    bernoulliLogDensity(1, outputs[5]!),
    laplaceLogDensity(x[6]!, outputs[6]!, Math.exp(-0.3)),
    laplaceLogDensity(x[7]!, outputs[7]!, Math.exp(0.8)),
  ];
  const scored = ({ outputs: given, ...own }: Tensors) => {
    const p = likelihood.at(given as Tensor2D, own as Record<string, Tensor2D>);
    return { each: p.logProbOfEach(tf.tensor2d(x, [1, P])), row: p.logProb(tf.tensor2d(x, [1, P])) };
  };

  it.each([
    ['eager', async () => eager(scored, inputs)],
    ['compiled', () => compiled(scored, inputs)],
  ] as const)('scores each column by its own likelihood: %s', async (_, run) => {
    const { each, row } = await run();
    expect(differences('each', each!, exact, 1e-5)).toEqual([]);
    expect(differences('row', row!, [exact.reduce((sum, value) => sum + value, 0)], 1e-5)).toEqual([]);
  });

  it('scales neighbours of another likelihood apart, and those of one text by one variable', () => {
    const text = 'columns(visits=laplace, age=gaussian(2), height=laplace)';
    expect(
      Object.entries(made(text).start(mean, deviation).params).map(([name, { length }]) => [name, length]),
    ).toEqual([
      ['laplace/logScale', 2],
      ['logStd', 2], // "first, last" and weight
    ]);
  });

  it('without choices is what it was', () => {
    const { params } = made('columns').start(mean, deviation);
    expect(Object.keys(params)).toEqual(['logStd']);
    const { each } = eager(
      ({ outputs: given, logStd }) => ({
        each: made('columns')
          .at(given as Tensor2D, { logStd: logStd as Tensor2D })
          .logProbOfEach(tf.tensor2d(x, [1, P])),
      }),
      { outputs: shaped(outputs.slice(0, P), [1, P]), logStd: shaped([0, 0.1, 0.2, 0.3, 0.4], [1, 5]) },
    );
    const numbers = [0, 1, 4, 6, 7].map(
      (at, n) => [at, normalLogDensity(x[at]!, outputs[at]!, Math.exp(n / 10))] as const,
    );
    for (const [at, value] of numbers) expect(each![at]).toBeCloseTo(value, 3);
  });

  it('shows the encoder counts as log(1 + x), other columns as they are', () => {
    const view = eager(() => ({ seen: likelihood.encoderView!(tf.tensor2d([[-5, 7, 0, 1, 1e6, 1, 2, 3]])) }), {});
    expect(differences('seen', view.seen!, [-5, Math.log(8), 0, 1, Math.log1p(1e6), 1, 2, 3], 1e-6)).toEqual([]);
    expect(made('columns').encoderView).toBeUndefined();
  });

  it('of a model may standardise densities alone', () => {
    const standardisation = (at: number) => ({
      mean: Float32Array.from({ length: P }, (_, i) => (i === at ? 5 : 0)),
      scale: new Float32Array(P).fill(1),
    });
    const model = (at: number) => () =>
      mlpVae({
        pixels: P,
        latent: 2,
        hidden: [4],
        activation: 'tanh',
        likelihood,
        standardisation: standardisation(at),
        key: key(1),
      });
    expect(model(1)).toThrow(
      /standardisation of column 1: expected mean 0 and scale 1: the likelihood columns\(.*\) gives this column a probability/,
    );
    tf.dispose({ ...model(0)().variables });
  });
});

it.each([
  ['columns(age)', "expected name=likelihood, joined by commas, got 'age'"],
  ['columns(age=)', "expected name=likelihood, joined by commas, got 'age='"],
  ['columns()', "expected name=likelihood, joined by commas, got ''"],
  ['columns(age=laplace, age=poisson)', 'expected each column once, got age twice'],
  ['columns(age=categorical)', 'expected a likelihood of single numbers for age, got categorical'],
  [
    'columns(age=columns(visits=poisson))',
    "expected name=likelihood, joined by commas, got 'age=columns(visits=poisson)'",
  ],
  ['columns(age=poisson(library))', 'expected a likelihood of single numbers for age, got poisson(library)'],
  ['columns(age=student-t(0.5))', "likelihood 'student-t(0.5)': expected dof, a number from 1 to 1000, got '0.5'"],
  [
    'columns(ages=laplace)',
    'column "ages": expected one of age, visits, species, first, last, owns, weight, height, got a name that no column has; did you mean age?',
  ],
  ['columns(species=poisson)', 'column "species", a category: expected no choice'],
  ['columns(owns=gaussian)', 'column "owns", a bit: expected bernoulli, or a likelihood of counts, got gaussian'],
  ['columns(age=bernoulli)', 'column "age", a number: expected a likelihood of numbers or counts, got bernoulli'],
])('%s is refused', (text, said) => {
  expect(() => made(text)).toThrow(said);
});

it('columns(…) takes quoted names', () => {
  const quoted = [{ name: 'a "b"=c', kind: 'number', at: 0, width: 1 }] as const;
  expect(parseLikelihood('columns("a ""b""=c"=poisson)', { columns: quoted }).forms).toEqual(['counts']);
});
