// Bernoulli variables by logits: the tails, the written-out gradient, one x for many rows of logits.
import { bernoulli } from '@flowvae/distributions';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences, float64Gradient, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { readCommitted } from '../reference/committed-json.ts';
import { bernoulliLogDensity, type DensityReference } from '../reference/densities.ts';

const reference = readCommitted<DensityReference>('densities').cases.find(({ name }) => name === 'bernoulli')!;
const { batch, dim } = reference;
const inputs = { x: shaped(reference.inputs.x!, [batch, dim]), logits: shaped(reference.inputs.logits!, [batch, dim]) };
type LogProb = (x: Tensor2D, logits: Tensor2D) => Tensor;
const ours: LogProb = (x, logits) => bernoulli({ logits }).logProb(x);

/** log p by probabilities, as a careless program forms it. */
const byProbabilities: LogProb = (x, logits) => {
  const p = tf.sigmoid(logits);
  const ifZero = tf.mul(tf.sub(1, x), tf.log(tf.sub(1, p)));
  return tf.sum(tf.add(tf.mul(x, tf.log(p)), ifZero), 1);
};

/** The same value as ours, differentiated by tfjs. */
const plain: LogProb = (x, logits) =>
  tf.sum(tf.sub(tf.sub(tf.mul(x, logits), tf.relu(logits)), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(logits)))))), 1);

const scoredBy = (logProb: LogProb) => (given: Tensors) => ({
  logProb: logProb(given.x as Tensor2D, given.logits as Tensor2D),
});

describe.each(['eager', 'compiled'] as const)('%s', (engine) => {
  const run = engine === 'eager' ? eager : compiled;

  it('is the reference for logits up to ±100, bits and grey values', async () => {
    const { logProb } = await run(scoredBy(ours), inputs);
    expect(differences('logProb', logProb!, reference.values, 1e-6)).toEqual([]);
  });

  it.each([1, 5])('has the gradient x − σ(logits), and logits towards x (%i rows of x)', async (rows) => {
    const given = {
      x: shaped(drawUniform(key(1), rows * 4), [rows, 4]),
      logits: shaped(
        drawNormal(key(2), 20).map((value) => 5 * value),
        [5, 4],
      ),
    };
    const weights = drawNormal(key(3), 5);
    const weighted = (logProb: LogProb) =>
      withGradients(({ x, logits }) =>
        tf.sum(tf.mul(logProb(x as Tensor2D, logits as Tensor2D), tf.tensor1d(weights))),
      );
    const exact = float64Gradient(
      ({ x, logits }) =>
        Array.from(logits!).reduce((sum, logit, i) => {
          const xi = x![rows === 1 ? i % 4 : i]!;
          return sum + weights[Math.floor(i / 4)]! * bernoulliLogDensity(xi, logit);
        }, 0),
      { x: given.x.values, logits: given.logits.values },
    );
    const results = await run(weighted(ours), given);
    const automatic = eager(weighted(plain), given);
    for (const name of ['x', 'logits']) {
      expect(gradientDifferences(name, results[`gradient:${name}`]!, exact[name]!, 1e-5)).toEqual([]);
      expect(gradientDifferences(name, results[`gradient:${name}`]!, automatic[`gradient:${name}`]!, 1e-5)).toEqual([]);
    }
  });

  it('scores one x against every row of logits', async () => {
    const logits = inputs.logits;
    const x = inputs.x.values.subarray(0, dim);
    const tiled = shaped(Array.from({ length: batch }, () => [...x]).flat(), [batch, dim]);
    const shared = await run(scoredBy(ours), { logits, x: shaped(x, [1, dim]) });
    expect(shared).toEqual(await run(scoredBy(ours), { logits, x: tiled }));
  });
});

it('the test notices probabilities in place of logits', () => {
  const { logProb } = eager(scoredBy(byProbabilities), inputs);
  expect(differences('logProb', logProb!, reference.values, 1e-6)).not.toEqual([]);
});

it('the probabilities of all images of three pixels sum to 1', () => {
  const images = Array.from({ length: 8 }, (_, code) => [code & 1, (code >> 1) & 1, code >> 2]);
  const row = [...drawNormal(fold(key(4), 'logits'), 3)];
  const given = {
    x: shaped(images.flat(), [8, 3]),
    logits: shaped(
      images.flatMap(() => row),
      [8, 3],
    ),
  };
  const { logProb } = eager(scoredBy(ours), given);
  expect(Math.abs(logProb!.reduce((sum, value) => sum + Math.exp(value), 0) - 1)).toBeLessThan(1e-6);
});

it('detached cuts the logits off, and passes the same values', () => {
  const gradientOf = (cut: boolean) =>
    eager(
      withGradients(({ logits }) => {
        const p = bernoulli({ logits: logits as Tensor2D });
        return tf.sum((cut ? p.detached() : p).logProb(tf.tensor2d(inputs.x.values, [batch, dim])));
      }),
      { logits: inputs.logits },
    );
  const [cut, whole] = [gradientOf(true), gradientOf(false)];
  expect(cut.value).toEqual(whole.value);
  expect(cut['gradient:logits']!.every((value) => value === 0)).toBe(true);
  expect(whole['gradient:logits']!.some((value) => value !== 0)).toBe(true);
});

it.each([64, 127, 128, 192, 256, 1021, 4096])('the probability of %i even pixels is 2^−width', (width) => {
  const { logProb } = eager(scoredBy(ours), {
    x: shaped(new Float32Array(width), [1, width]),
    logits: shaped(new Float32Array(width), [1, width]),
  });
  expect(differences('logProb', logProb!, [-width * Math.LN2], 1e-6)).toEqual([]);
});

it.each([
  [[3, 5], 'expected [batch, 4], got [3, 5]'],
  [[4], 'expected [batch, 4], got [4]'],
  [[2, 4], 'expected 3 rows, or 1 for all rows of parameters, got 2 rows'],
])('x of shape %j is refused', (shape, said) => {
  const score = () =>
    tf.tidy(() => void bernoulli({ logits: tf.zeros([3, 4]) }).logProb(tf.zeros(shape as [number, number])));
  expect(score).toThrowError(`bernoulli.logProb: x: ${said}`);
});
