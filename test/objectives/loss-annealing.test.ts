// Terms and losses of the bound: the identity of the terms, and the effect of each tempering on the loss, never on the
// terms.
import { standardNormal } from '@flowvae/distributions';
import { type InvertibleFlow, planar, pushForward } from '@flowvae/flows';
import {
  annealJoint,
  betaVae,
  elbo,
  type LatentModel,
  type Objective,
  paperSchedule,
  type Tempering,
  untempered,
  warmUpKl,
} from '@flowvae/objectives';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { difference } from '../../packages/objectives/src/loss-annealing.ts';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, type Tensors } from '../laws/evaluation.ts';
import { drawInputs } from '../laws/flow-inputs.ts';

const flow: InvertibleFlow = planar(3, 2);
const inputs = drawInputs(flow, { batch: 5, scale: 0.8 });

/** A model with a flow posterior and a likelihood that is no density: only its place in the formulas matters. */
const modelOf = (params: Tensors): LatentModel => ({
  prior: standardNormal(3),
  posterior: pushForward(standardNormal(3), flow, params),
  likelihood: (z) => tf.sub(tf.sum(tf.sin(tf.mul(z, 3)), 1), 7),
});

/** Loss and terms under a tempering whose schedules all have the value β. */
const boundOf =
  (tempering: Tempering, beta: number) =>
  ({ z: noise, ...params }: Tensors) => {
    const at = Object.fromEntries(Object.keys(tempering.schedules).map((name) => [name, tf.scalar(beta)]));
    const { loss, terms } = elbo({ tempering }).bound(modelOf(params), noise as Tensor2D, at);
    return { loss, ...terms };
  };

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
type Row = Readonly<Record<'logLikelihood' | 'logPrior' | 'logBase' | 'logDet', number>>;

/** Each tempering with its formula by hand; log q = logBase − logDet. */
const temperings: readonly [string, Tempering, (row: Row, beta: number) => number][] = [
  ['untempered', untempered, (r) => r.logLikelihood + r.logPrior - r.logBase + r.logDet],
  [
    'annealJoint',
    annealJoint(paperSchedule),
    (r, beta) => beta * (r.logLikelihood + r.logPrior) - r.logBase + r.logDet,
  ],
  ['warmUpKl', warmUpKl(paperSchedule), (r, beta) => r.logLikelihood + beta * (r.logPrior - r.logBase + r.logDet)],
];

const rowsOf = (results: Readonly<Record<string, Float32Array>>) =>
  Array.from(results.elbo!, (_, i) =>
    Object.fromEntries(Object.entries(results).map(([name, values]) => [name, values[i]!])),
  ) as (Row & { elbo: number })[];

describe.each(temperings)('%s', (name, tempering, formula) => {
  it.each([0.01, 0.5, 1])('has the loss of its formula at β = %d, eager and compiled', async (beta) => {
    for (const results of [eager(boundOf(tempering, beta), inputs), await compiled(boundOf(tempering, beta), inputs)]) {
      const expected = -mean(rowsOf(results).map((row) => formula(row, beta)));
      expect(differences('loss', results.loss!, [expected], 1e-6)).toEqual([]);
    }
  });

  it('leaves the terms alone: elbo = logLikelihood + logPrior − logBase + logDet', () => {
    const { loss: _, ...terms } = eager(boundOf(tempering, 0.3), inputs);
    const { loss: __, ...plain } = eager(boundOf(untempered, 1), inputs);
    expect(terms).toEqual(plain);
    const rows = rowsOf(terms);
    expect(Object.keys(terms).toSorted()).toEqual(['elbo', 'logBase', 'logDet', 'logLikelihood', 'logPrior']);
    expect(
      differences(
        'elbo',
        rows.map((row) => row.elbo),
        rows.map((row) => temperings[0]![2](row, 1)),
        1e-6,
      ),
    ).toEqual([]);
    expect(rows.every(({ logDet }) => Math.abs(logDet) > 1e-3)).toBe(true);
  });

  it('is told from the other temperings at β = 0.5', () => {
    const loss = eager(boundOf(tempering, 0.5), inputs);
    const others = temperings.filter(([other]) => other !== name);
    for (const [, , other] of others) {
      const wrong = -mean(rowsOf(loss).map((row) => other(row, 0.5)));
      expect(differences('loss', loss.loss!, [wrong], 1e-2)).not.toEqual([]);
    }
  });

  it('asks for its schedules by name', () => {
    expect(Object.keys(elbo({ tempering }).schedules)).toEqual(name === 'untempered' ? [] : ['beta']);
  });
});

it('the prior is evaluated at z_K, the base density at z₀', () => {
  const results = eager(({ z: noise, ...params }) => {
    const { terms } = elbo().bound(modelOf(params), noise as Tensor2D);
    const { y, logDet } = flow.forward(params, noise as Tensor2D);
    const density = standardNormal(3);
    return {
      logPrior: tf.sub(terms.logPrior!, density.logProb(y)),
      logBase: tf.sub(terms.logBase!, density.logProb(noise as Tensor2D)),
      logDet: tf.sub(terms.logDet!, logDet),
    };
  }, inputs);
  for (const difference of Object.values(results)) expect(Array.from(difference)).toEqual([0, 0, 0, 0, 0]);
});

it.each([
  [0, 0.01],
  [1, 0.0101],
  [100, 0.02],
  [4900, 0.5],
  [9900, 1],
  [9901, 1],
  [500_000, 1],
])('paperSchedule at step %i is %d', (step, beta) => {
  expect(paperSchedule(step)).toBeCloseTo(beta, 14);
});

it('betaVae multiplies the divergence that a tempering has tempered', () => {
  const weighed = (betaTimes: number) => (row: Row, beta: number) =>
    row.logLikelihood + betaTimes * beta * (row.logPrior - row.logBase + row.logDet);
  const boundWith =
    (objective: Objective) =>
    ({ z: noise, ...params }: Tensors) => {
      const { loss, terms } = objective.bound(modelOf(params), noise as Tensor2D, { beta: tf.scalar(0.5) });
      return { loss, ...terms };
    };
  const results = eager(boundWith(betaVae(3, { tempering: warmUpKl(paperSchedule) })), inputs);
  const expected = -mean(rowsOf(results).map((row) => weighed(3)(row, 0.5)));
  expect(differences('loss', results.loss!, [expected], 1e-6)).toEqual([]);
  const plain = eager(boundWith(betaVae(3)), inputs);
  expect(differences('loss', plain.loss!, [-mean(rowsOf(plain).map((row) => weighed(3)(row, 1)))], 1e-6)).toEqual([]);
});

it('difference is a number of numbers, and a tensor where one is', () => {
  expect(difference(3, 1.5)).toBe(1.5);
  const [left, right] = tf.tidy(() =>
    [difference(tf.scalar(3), 1.5), difference(3, tf.scalar(1))].map((each) => (each as Tensor).dataSync()[0]),
  );
  expect([left, right]).toEqual([1.5, 2]);
});
