// A linear-Gaussian model of data with holes: at the exact posterior the bound is log p(x_observed) for every draw, in
// float64's closed form, in the units of the data.
import type { Samplable } from '@flowvae/distributions';
import { standardNormal } from '@flowvae/distributions';
import type { Posterior } from '@flowvae/flows';
import { elbo, importanceChunk } from '@flowvae/objectives';
import { drawNormal, key } from '@flowvae/random';
import { rowsFor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { maskedRows, mlp, type Network, parseLikelihood, type Standardisation, type Vae, vae } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';
import { observedEvidence, observedPosterior } from '../reference/observed-evidence.ts';

const [P, D, SD, SAMPLES] = [5, 2, 0.5, 3];
const numbers = (seed: number, count: number) => Array.from(drawNormal(key(seed), count));
const table = (values: readonly number[], width: number) =>
  Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));
const model = { weights: table(numbers(1, P * D), D), mean: numbers(2, P), sd: SD };

/** All, one missing, one left, neighbours, and none at all. */
const masks = [
  [1, 1, 1, 1, 1],
  [1, 0, 1, 1, 1],
  [0, 0, 0, 1, 0],
  [1, 0, 0, 1, 1],
  [0, 1, 0, 1, 0],
  [0, 0, 0, 0, 0],
];
const B = masks.length;

const units: Readonly<Record<string, { mean: number[]; scale: number[] }>> = {
  'as they are': { mean: new Array(P).fill(0), scale: new Array(P).fill(1) },
  standardised: { mean: [3, -20, 0.25, 100, -0.5], scale: [2, 8, 0.125, 40, 1.5] },
};

const made: Vae[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

/** Rows of data, rounded to float32, near the model's own spread. */
const rowsIn = ({ mean, scale }: { mean: number[]; scale: number[] }) =>
  table(numbers(3, B * P), P).map((row) =>
    row.map((value, i) => Math.fround(scale[i]! * (1.5 * value + model.mean[i]!) + mean[i]!)),
  );

/** A posterior that is given, row by row: z = μ + R·ε, log q(z) = log N(ε; 0, I) − log det R. */
function given(means: readonly number[][], roots: readonly (readonly (readonly number[])[])[]): Posterior {
  const logDets = roots.map((root) => root.reduce((sum, row, k) => sum + Math.log(row[k]!), 0));
  const at = (): Samplable => ({
    noise: { kind: 'normal', width: D },
    sampleAndLogProb(noise) {
      const rows = noise.shape[0];
      const mean = rowsFor('given', tf.tensor2d(means.map((each) => [...each])), rows);
      const root = rowsFor('given', tf.tensor3d(roots.map((each) => each.map((row) => [...row]))), rows) as Tensor3D;
      const logDet = rowsFor('given', tf.tensor1d(logDets), rows);
      const z = tf.add(mean, tf.sum(tf.mul(root, tf.expandDims(noise, 1)), 2)) as Tensor2D;
      const logProb: Tensor1D = tf.sub(standardNormal(D).logProb(noise), logDet);
      return { z, logProb, terms: { logBase: logProb } };
    },
    detached() {
      return this;
    },
  });
  return { variables: {}, noise: { kind: 'normal', width: D }, at };
}

const identity: Network = { variables: {}, outputWidth: 2 * P, apply: (x) => x };

function modelOf(
  rows: readonly number[][],
  of: { mean: number[]; scale: number[] },
  standardisation?: Standardisation,
): Vae {
  const posteriors = rows.map((x, i) => observedPosterior(model, of, { x, observed: observedIn(i) }));
  const decoder = mlp({ inputWidth: D, hidden: [], activation: 'linear', output: { width: P }, key: key(4) });
  const kernel = tf.tidy(() => tf.transpose(tf.tensor2d(model.weights)));
  decoder.variables['output/kernel']!.assign(kernel);
  tf.tidy(() => decoder.variables['output/bias']!.assign(tf.tensor1d(model.mean)));
  kernel.dispose();
  const likelihood = parseLikelihood(`gaussian(${SD})`);
  const whole = vae({
    encoder: identity,
    posterior: given(
      posteriors.map(({ mean }) => mean),
      posteriors.map(({ root }) => root),
    ),
    decoder,
    likelihood: { variables: {}, at: (outputs) => likelihood.at(outputs, {}) },
    latent: D,
    rows: maskedRows(P),
    standardisation,
  });
  made.push(whole);
  return whole;
}

const observedIn = (row: number) => Array.from({ length: P }, (_, i) => i).filter((i) => masks[row]![i] === 1);

describe.each(Object.entries(units))('data %s', (name, of) => {
  const rows = rowsIn(of);
  const standardisation = name === 'standardised' ? float32(of) : undefined;
  const whole = modelOf(rows, of, standardisation);
  const exact = rows.map((x, i) => observedEvidence(model, of, { x, observed: observedIn(i) }));
  const data = rows.flatMap((x, i) => [...x.map((value, j) => (masks[i]![j] ? value : 0)), ...masks[i]!]);
  const inputs = { rows: shaped(data, [B, 2 * P]), noise: shaped(drawNormal(key(5), B * D), [B, D]) };
  const bound = ({ rows: all, noise }: Tensors) => elbo().bound(whole.at(all as Tensor2D), noise as Tensor2D).terms;

  it('with holes: the bound is log p(x_observed), eager and compiled; without any value it is 0', async () => {
    expect(exact.at(-1)).toBe(0);
    for (const terms of [eager(bound, inputs), await compiled(bound, inputs, whole.variables)]) {
      expect(differences('bound', terms.elbo!, exact, 2e-6)).toEqual([]);
      expect(Math.abs(terms.logLikelihood![B - 1]!)).toBe(0);
    }
  });

  it('with holes: every importance weight is log p(x_observed), several rows of z for a row of data', async () => {
    const several = { ...inputs, noise: shaped(drawNormal(key(6), B * SAMPLES * D), [B * SAMPLES, D]) };
    const chunk = ({ rows: all, noise }: Tensors) => importanceChunk(whole.at(all as Tensor2D), noise as Tensor2D);
    const expected = exact.flatMap((value) => new Array<number>(SAMPLES).fill(value));
    for (const { logWeight } of [eager(chunk, several), await compiled(chunk, several, whole.variables)]) {
      expect(differences('log weight', logWeight!, expected, 2e-6)).toEqual([]);
    }
  });

  it('with holes: forgetting the mask is seen', () => {
    const { elbo: all } = eager(bound, { ...inputs, rows: shaped(unmasked(data), [B, 2 * P]) });
    expect(differences('bound', all!, exact, 1e-2).length).toBe(B - 1); // the first row has no holes
  });
});

const float32 = ({ mean, scale }: { mean: number[]; scale: number[] }): Standardisation => ({
  mean: Float32Array.from(mean),
  scale: Float32Array.from(scale),
});

/** The same rows, all said to be observed. */
const unmasked = (rows: readonly number[]) => rows.map((value, i) => (i % (2 * P) < P ? value : 1));
