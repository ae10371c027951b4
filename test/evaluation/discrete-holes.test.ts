// Imputation of bits whose latent has three values: p(x_mis|x_obs) by enumeration.
import { bernoulli, type Samplable } from '@flowvae/distributions';
import { type Imputed, impute } from '@flowvae/evaluation';
import { key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { expect, it } from 'vitest';
import { faultsOfScores, zScore } from './z-scores.ts';

const WIDTH = 4;
const prior = [0.2, 0.5, 0.3];
/** q(z|x), the same for all x, and far from every posterior. */
const proposal = [0.5, 0.2, 0.3];
/** p(x_p = 1|z) of state z. */
const chances = [
  [0.9, 0.8, 0.1, 0.3],
  [0.2, 0.6, 0.7, 0.9],
  [0.4, 0.1, 0.2, 0.05],
];

/** 1 in the column of a state, [S, 3], of z [S, 1] with the values 0, 1 and 2. */
const chosen = (z: Tensor2D): Tensor2D => tf.relu(tf.sub(1, tf.abs(tf.sub(z, tf.tensor2d([[0, 1, 2]])))));

const logOf = (probabilities: readonly number[], z: Tensor2D): Tensor1D =>
  tf.sum(tf.mul(chosen(z), tf.tensor1d(probabilities.map(Math.log))), 1);

const posterior: Samplable = {
  noise: { kind: 'uniform', width: 1 },
  sampleAndLogProb(noise) {
    const z = tf.add(tf.step(tf.sub(noise, proposal[0]!)), tf.step(tf.sub(noise, 1 - proposal[2]!))) as Tensor2D;
    return { z, logProb: logOf(proposal, z), terms: {} };
  },
  detached: () => posterior,
};

const logits = (z: Tensor2D): Tensor2D =>
  tf.matMul(chosen(z), tf.tensor2d(chances.map((row) => row.map((p) => Math.log(p / (1 - p))))));

const modelAt = (rows: Tensor2D) => {
  const [x, m] = [0, WIDTH].map((from) => tf.slice(rows, [0, from], [-1, WIDTH])) as [Tensor2D, Tensor2D];
  const logPrior = { logProb: (z: Tensor2D) => logOf(prior, z), detached: () => logPrior };
  return {
    prior: logPrior,
    posterior,
    likelihood: (z: Tensor2D): Tensor1D => {
      const each = tf.sub(tf.mul(x, logits(z)), tf.softplus(logits(z)));
      return tf.sum(tf.mul(m, each), 1);
    },
  };
};

/** The probability of every filling of the missing bits given the observed ones, by enumeration. */
function exact(x: readonly number[], mask: readonly number[]): Map<string, number> {
  const joint = new Map<string, number>();
  for (let code = 0; code < 2 ** WIDTH; code++) {
    const bits = Array.from({ length: WIDTH }, (_, p) => (code >> p) & 1);
    if (bits.some((bit, p) => mask[p] === 1 && bit !== x[p])) continue;
    const likelihood = (z: number) =>
      bits.reduce((product, bit, p) => product * (bit ? chances[z]![p]! : 1 - chances[z]![p]!), 1);
    joint.set(
      bits.join(''),
      prior.reduce((sum, pz, z) => sum + pz * likelihood(z), 0),
    );
  }
  const total = [...joint.values()].reduce((sum, value) => sum + value, 0);
  return new Map([...joint].map(([bits, value]) => [bits, value / total]));
}

it.each([
  [
    [1, 0, 0, 1],
    [1, 0, 0, 1],
  ],
  [
    [0, 0, 1, 0],
    [0, 0, 1, 0],
  ],
  [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ],
  [
    [0, 1, 0, 0],
    [1, 1, 1, 0],
  ],
] as const)('impute gives bits %j with mask %j the probabilities by enumeration', async (x, mask) => {
  const [samples, draws, copies] = [200, 100, 60];
  const row = Float32Array.of(...x, ...mask);
  const found: Imputed[] = [];
  await impute({
    variables: {},
    modelAt,
    observe: (z) => bernoulli({ logits: logits(z) }),
    noise: posterior.noise,
    data: dataPoints(Float32Array.from(Array.from({ length: copies }, () => [...row]).flat()), 2 * WIDTH),
    samples,
    draws,
    key: key(6),
    onEstimate: (_, imputed) => found.push(imputed),
  });
  const probabilities = exact(x, mask);
  const scores: number[] = [];
  const score = (values: readonly number[], right: number) => scores.push(zScore(values, right));
  for (const [bits, probability] of probabilities) {
    const shares = found.map(
      (imputed) =>
        Array.from({ length: draws }, (_, m) => imputed.draws.slice(m * WIDTH, (m + 1) * WIDTH).join('')).filter(
          (drawn) => drawn === bits,
        ).length / draws,
    );
    score(shares, probability);
  }
  for (const [p, isObserved] of mask.entries()) {
    if (isObserved) continue;
    const chance = [...probabilities].reduce((sum, [bits, value]) => sum + (bits[p] === '1' ? value : 0), 0);
    score(
      found.map(({ mean }) => mean[p]!),
      chance,
    );
    score(
      found.map(({ variance }) => variance[p]!),
      chance * (1 - chance),
    );
  }
  expect(faultsOfScores('estimates', scores)).toEqual([]);
});
