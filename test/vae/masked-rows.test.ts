// Rows with a mask: for every likelihood, a missing value changes neither loss nor gradients, and the likelihood is the
// sum over the observed values.
import { elbo, importanceChunk } from '@flowvae/objectives';
import { drawBernoulli, drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { likelihoods, type MlpVae, type MlpVaeOptions, mlpVae, parseLikelihood } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';

const [P, D, B] = [6, 2, 4];
const layout = [
  { kind: 'number', at: 0, width: 1 },
  { kind: 'category', at: 1, width: 3 },
  { kind: 'bit', at: 4, width: 1 },
  { kind: 'number', at: 5, width: 1 },
] as const;
const every = [...likelihoods.map(({ name }) => name), 'gaussian(0.1)', 'columns'];

const made: MlpVae[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

function modelOf(name: string, options: Partial<MlpVaeOptions> = {}): MlpVae {
  const likelihood = parseLikelihood(name, { columns: layout });
  const model = mlpVae({
    pixels: P,
    latent: D,
    hidden: [5],
    activation: 'tanh',
    likelihood,
    masked: true,
    key: key(1),
    ...options,
  });
  for (const [path, variable] of Object.entries(model.variables)) {
    if (!variable.trainable) continue;
    const shift = drawNormal(fold(key(2), path), variable.size).map((value) => 0.1 * value);
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(shift, variable.shape))));
  }
  made.push(model);
  return model;
}

const mask = [1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0]; // a category has one mask
const oneHots = [0, 1, 2, 0].map((k) => [0, 1, 2].map((each) => Number(each === k)));

/** Data that the likelihood takes. */
function dataOf(name: string): number[] {
  if (name === 'bernoulli') return [...drawBernoulli(key(3), drawUniform(key(4), B * P))];
  if (name !== 'columns') return Array.from(drawUniform(key(4), B * P), (u) => Math.round(255 * u) / 255);
  return oneHots.flatMap((one, i) => [0.3 * i - 1, ...one, i % 2, 2 - i]);
}

/** Rows [x, m] with numbers in place of missing values. */
const rowsOf = (x: readonly number[], missing: (i: number) => number) =>
  Array.from({ length: B }, (_, row) => {
    const at = (i: number) => row * P + i;
    const columns = Array.from({ length: P }, (__, i) => i);
    return [...columns.map((i) => (mask[at(i)] ? x[at(i)]! : missing(at(i)))), ...columns.map((i) => mask[at(i)]!)];
  }).flat();

const noise = shaped(drawNormal(key(5), B * D), [B, D]);
const given = (rows: readonly number[]) => ({ rows: shaped(rows, [rows.length / (2 * P), 2 * P]), noise });

const stepOf = (model: MlpVae) => (inputs: Tensors) => {
  const trained = Object.entries(model.variables).filter(([, { trainable }]) => trainable);
  const { value, grads } = tf.variableGrads(
    () => elbo().bound(model.at(inputs.rows as Tensor2D), inputs.noise as Tensor2D).loss,
    trained.map(([, variable]) => variable),
  );
  const gradients = trained.map(([path, variable]) => [path, grads[variable.name]!] as const);
  return { value: value as Tensor, ...Object.fromEntries(gradients) };
};

const fillings: readonly (readonly [string, (i: number) => number])[] = [
  ['other numbers', (i) => (i % 3) - 0.7],
  ['the largest floats', (i) => (i % 2 ? 3e38 : -3e38)],
  ['no numbers at all', (i) => (i % 2 ? Number.NaN : Number.POSITIVE_INFINITY)],
];

const options = {
  'as they are': {},
  standardised: {
    standardisation: { mean: Float32Array.of(1, 0, 0, 0, 0, -2), scale: Float32Array.of(1e-3, 1, 1, 1, 1, 0.5) },
  },
} as const;
const subjects = every.flatMap((name) =>
  (name === 'columns' || name.startsWith('gaussian')
    ? (['as they are', 'standardised'] as const)
    : (['as they are'] as const)
  ).map((units) => [name, units] as const),
);

describe.each(subjects)('%s, data %s', (name, units) => {
  const model = modelOf(name, options[units]);
  const step = stepOf(model);
  const x = dataOf(name);
  const zeros = given(rowsOf(x, () => 0));
  const usual = eager(step, zeros);

  it('a missing value changes neither loss nor gradients, eager and compiled', async () => {
    expect(Object.values(usual).every((values) => values.every(Number.isFinite))).toBe(true);
    const onGraph = await compiled(step, zeros, model.variables);
    for (const [path, values] of Object.entries(usual)) {
      expect(gradientDifferences(path, onGraph[path]!, values, 1e-5)).toEqual([]);
    }
    for (const [, missing] of fillings) {
      const other = given(rowsOf(x, missing));
      expect(eager(step, other)).toEqual(usual);
      expect(await compiled(step, other, model.variables)).toEqual(onGraph);
    }
  });

  it('an observed value changes the loss', () => {
    const changed = given(rowsOf(x, () => 0));
    changed.rows.values[0] = 1 - changed.rows.values[0]!;
    expect(eager(step, changed).value).not.toEqual(usual.value);
  });

  it('the likelihood is the sum of the observed values’ scores, several rows of z for a row of data', () => {
    const z = () => tf.tensor2d(drawNormal(key(6), 2 * B * D), [2 * B, D]);
    const { likelihood, each } = eager(({ rows }) => {
      const repeated = tf.tensor2d(
        Array.from({ length: 2 * B }, (_, i) => x.slice(Math.floor(i / 2) * P, (Math.floor(i / 2) + 1) * P)),
      );
      return {
        likelihood: model.at(rows as Tensor2D).likelihood(z()),
        each: model.observe(z()).logProbOfEach(repeated),
      };
    }, zeros);
    const sums = Array.from(likelihood!, (_, i) =>
      Array.from({ length: P }, (__, j) => mask[Math.floor(i / 2) * P + j]! * each![i * P + j]!).reduce(
        (a, b) => a + b,
      ),
    );
    expect(differences('log p(x_observed|z)', likelihood!, sums, 1e-5)).toEqual([]);
    expect(Math.abs(likelihood!.at(-1)!)).toBe(0);
  });
});

it('rows that are all observed have the bound of a model without mask', () => {
  const x = dataOf('gaussian');
  const [masked, plain] = [modelOf('gaussian'), modelOf('gaussian', { masked: false })];
  tf.tidy(() => {
    for (const [path, variable] of Object.entries(masked.variables)) {
      const other = plain.variables[path]!;
      const isFirst = path === 'encoder/hidden1/kernel';
      const kept: Tensor = isFirst ? tf.concat([other as Tensor, tf.zerosLike(other as Tensor)], 0) : other;
      variable.assign(kept);
    }
  });
  const bound = (model: MlpVae, rows: readonly number[], width: number) =>
    eager((all) => elbo().bound(model.at(all.rows as Tensor2D), all.noise as Tensor2D).terms, {
      rows: shaped(rows, [B, width]),
      noise,
    }).elbo!;
  const complete = Array.from({ length: B }, (_, i) => [...x.slice(i * P, (i + 1) * P), ...new Array(P).fill(1)]);
  expect(differences('bound', bound(masked, complete.flat(), 2 * P), bound(plain, x, P), 1e-6)).toEqual([]);
});

it('one masked row serves every draw', async () => {
  const model = modelOf('bernoulli', { flow: undefined });
  const single = rowsOf(dataOf('bernoulli'), () => 0).slice(0, 2 * P);
  const repeated = Array.from({ length: B }, () => single).flat();
  const chunk = (all: Tensors) => importanceChunk(model.at(all.rows as Tensor2D), all.noise as Tensor2D);
  const expected = eager(chunk, given(repeated)).logWeight!;
  for (const found of [eager(chunk, given(single)), await compiled(chunk, given(single), model.variables)]) {
    expect(differences('log weight', found.logWeight!, expected, 1e-5)).toEqual([]);
  }
});

it('features, infer and reconstruct take rows with their mask, and refuse others', () => {
  const model = modelOf('gaussian');
  tf.tidy(() => {
    const rows = tf.tensor2d(
      rowsOf(dataOf('gaussian'), () => 0),
      [B, 2 * P],
    );
    const epsilon = tf.tensor2d(noise.values, [B, D]);
    expect(model.features(rows).shape).toEqual([B, 5]);
    expect(model.infer(rows).sampleAndLogProb(epsilon).z.shape).toEqual([B, D]);
    expect(model.reconstruct(rows, epsilon).shape).toEqual([B, P]);
    expect(model.sample(epsilon).shape).toEqual([B, P]);
    const unmasked = tf.zeros([B, P]) as Tensor2D;
    expect(() => model.infer(unmasked)).toThrow('masked rows: [x, m]: expected [batch, 12], got [4, 6]');
  });
});
