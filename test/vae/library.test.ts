// Counts as shares of a library: the covariate, the row's own total, a typical one; and counts in an encoder.
import { drawNormal, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { type MlpVae, type MlpVaeOptions, mlpVae, parseLikelihood } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, shaped } from '../laws/evaluation.ts';
import { poissonLogProbability } from '../reference/likelihoods.ts';

const P = 3;
const mean = Float32Array.of(1, 5, 14);
const made: MlpVae[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

function modelOf(text: string, options: Partial<MlpVaeOptions> = {}): MlpVae {
  const likelihood = parseLikelihood(text);
  const model = mlpVae({
    pixels: P,
    latent: 2,
    hidden: [4],
    activation: 'tanh',
    meanImage: mean,
    likelihood,
    key: key(1),
    ...options,
  });
  made.push(model);
  return model;
}

const numbersOf = (make: () => Tensor): number[] => tf.tidy(() => Array.from(make().dataSync()));
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const z = () => tf.tensor2d([[0.4, -1]]);

describe.each(['poisson', 'negative-binomial', 'zero-inflated-poisson', 'zero-inflated-negative-binomial'])(
  '%s(library)',
  (name) => {
    const model = modelOf(`${name}(library)`);
    const share = name.startsWith('zero') ? 1 / (1 + Math.exp(-3)) : 1;

    it('has means that add up to the covariate; without one, to the typical total', () => {
      const rows = () =>
        tf.tensor2d([
          [0.4, -1],
          [2, 0],
        ]);
      const given = numbersOf(() => model.observe(rows(), { library: tf.tensor2d([[7], [900]]) }).mean());
      const typical = numbersOf(() => model.observe(z()).mean());
      if (share === 1) {
        expect(sumOf(given.slice(0, P))).toBeCloseTo(7, 4);
        expect(sumOf(given.slice(P)) / 900).toBeCloseTo(1, 5);
        expect(sumOf(typical)).toBeCloseTo(20, 4);
      }
      const ratio = numbersOf(() =>
        tf.div(model.observe(z(), { library: tf.tensor2d([[40]]) }).mean(), model.observe(z()).mean()),
      );
      expect(differences('ratio', ratio, [2, 2, 2], 1e-5)).toEqual([]);
    });

    it('keeps the typical counts beside the parameters, untrained', () => {
      const { 'likelihood/typical': typical } = model.variables;
      expect([typical!.trainable, [...typical!.dataSync()]]).toEqual([false, [1, 5, 14]]);
    });

    it('takes the total of a row in the bound, in reconstructions and in p(x|z) at rows', () => {
      const rows = () => tf.tensor2d([[2, 10, 28]]);
      const at = numbersOf(() => model.at(rows()).observe(z()).mean());
      const direct = numbersOf(() => model.observe(z(), { library: tf.tensor2d([[40]]) }).mean());
      expect(at).toEqual(direct);
      const score = numbersOf(() => model.at(rows()).likelihood(z()));
      expect(score).toEqual(numbersOf(() => model.observe(z(), { library: tf.tensor2d([[40]]) }).logProb(rows())));
      const several = numbersOf(() => model.at(rows()).likelihood(tf.tile(z(), [3, 1])));
      expect(differences('draws', several, [score[0]!, score[0]!, score[0]!], 1e-6)).toEqual([]);
    });
  },
);

it('poisson(library) is the Poisson distribution at library·softmax', () => {
  const [outputs, x] = [
    [0.3, -1, 2],
    [4, 0, 11],
  ];
  const { each } = eager(
    ({ outputs: given }) => ({
      each: parseLikelihood('poisson(library)')
        .at(given as Tensor2D, {}, { library: tf.tensor2d([[15]]) })
        .logProbOfEach(tf.tensor2d([x])),
    }),
    { outputs: shaped(outputs, [1, P]) },
  );
  const total = sumOf(outputs.map(Math.exp));
  const exact = x.map((count, i) => poissonLogProbability(count, (15 * Math.exp(outputs[i]!)) / total));
  expect(differences('each', each!, exact, 1e-5)).toEqual([]);
});

it('a row with missing counts has the total that its observed ones stand for', () => {
  const masked = modelOf('poisson(library)', { masked: true });
  const rows = () => tf.tensor2d([[3, 9, 0, 1, 1, 0]]); // 12 observed, where 6 of 20 are typical
  const means = numbersOf(() => masked.at(rows()).observe(z()).mean());
  expect(sumOf(means)).toBeCloseTo(40, 3);
});

it('a row without any count has a finite score', () => {
  const model = modelOf('negative-binomial(library)');
  const [score] = numbersOf(() => model.at(tf.zeros([1, P])).likelihood(z()));
  expect(score).toBeGreaterThan(-0.1);
});

it('an encoder sees counts as log(1 + x)', () => {
  const [counts, numbers] = [modelOf('poisson'), modelOf('laplace')]; // equal keys: equal encoders
  const x = [[0, 12, 1e6]];
  const seen = numbersOf(() => counts.features(tf.tensor2d(x)));
  expect(
    differences(
      'features',
      seen,
      numbersOf(() => numbers.features(tf.log1p(tf.tensor2d(x)))),
      1e-6,
    ),
  ).toEqual([]);
  expect(
    differences(
      'seen',
      seen,
      numbersOf(() => numbers.features(tf.tensor2d(x))),
      1e-3,
    ),
  ).not.toEqual([]);
});

it('a bound on large counts is finite', () => {
  const model = modelOf('negative-binomial');
  const rows = () =>
    tf.tensor2d([
      [3e5, 0, 12],
      [1, 9e4, 2e6],
    ]);
  const noise = () => tf.tensor2d(drawNormal(key(2), 4), [2, 2]);
  const scores = numbersOf(() => {
    const { posterior, likelihood } = model.at(rows());
    return likelihood(posterior.sampleAndLogProb(noise()).z);
  });
  expect(scores.every(Number.isFinite)).toBe(true);
});
