// A linear-Gaussian model of x beside a class and a number: at the exact posterior the bound is log p(x|y) for every
// draw, in float64's closed form.

import { conditionalPrior, flowPosterior } from '@flowvae/flows';
import { elbo, importanceChunk } from '@flowvae/objectives';
import { drawNormal, fold, key } from '@flowvae/random';
import { type NamedVariables, rowLayout, type Tensor2D, tf } from '@flowvae/tensor';
import { layoutRows, mlp, mlpVae, type Network, parseLikelihood, type Vae, vae } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';
import { normalLogDensity } from '../reference/densities.ts';
import { cholesky, forwardSolve } from '../reference/linear-gaussian.ts';

const [P, D, CLASSES, SD, SAMPLES] = [4, 2, 3, 0.5, 3];
const C = CLASSES + 1;
const NUMBER = { mean: 40, scale: 8 }; // of the number beside the class, such as an age

const numbers = (seed: number, count: number) => Array.from(drawNormal(key(seed), count));
const table = (values: readonly number[], width: number) =>
  Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * b[i]!));

/** x = W·z + V·y + b + σ·ε; columns of W are orthogonal, so that the exact posterior is diagonal. */
const weights = [
  [1, 0.5],
  [1, -0.5],
  [-1, 0.5],
  [-1, -0.5],
];
const ofCondition = table(numbers(1, P * C), C);
const offset = numbers(2, P);

/** z|y ~ N(M·y + c, diag s²), or N(0, I). */
const priors = {
  'N(0, I)': { map: table(new Array<number>(D * C).fill(0), C), centre: [0, 0], std: [1, 1] },
  'p(z|y)': { map: table(numbers(3, D * C), C), centre: [0.7, -1.2], std: [0.6, 1.7] },
} as const;

const conditions = [0, 1, 2, 1, 0].map((label, i) => ({
  raw: [...Array.from({ length: CLASSES }, (_, k) => Number(k === label)), 30 + 5 * i],
  standardised: [
    ...Array.from({ length: CLASSES }, (_, k) => Number(k === label)),
    (30 + 5 * i - NUMBER.mean) / NUMBER.scale,
  ],
}));
const B = conditions.length;
const data = table(
  numbers(4, B * P).map((value) => Math.fround(2 * value)),
  P,
);

type PriorOf = (typeof priors)[keyof typeof priors];

const priorMean = ({ map, centre }: PriorOf, y: readonly number[]) => map.map((row, k) => dot(row, y) + centre[k]!);

/** log p(x|y) in float64. */
function evidence(prior: PriorOf, x: readonly number[], y: readonly number[]): number {
  const mean = weights.map((row, i) => dot(row, priorMean(prior, y)) + dot(ofCondition[i]!, y) + offset[i]!);
  const covariance = weights.map((a, i) =>
    weights.map((b, j) => sum(a.map((value, k) => value * b[k]! * prior.std[k]! ** 2)) + (i === j ? SD ** 2 : 0)),
  );
  const l = cholesky(covariance);
  const whitened = forwardSolve(
    l,
    x.map((value, i) => value - mean[i]!),
  );
  return sum(whitened.map((value, i) => normalLogDensity(value, 0, 1) - Math.log(l[i]![i]!)));
}

function assign(variables: NamedVariables, values: Readonly<Record<string, readonly number[]>>): void {
  tf.tidy(() => {
    for (const [name, each] of Object.entries(values)) {
      const variable = variables[name]!;
      variable.assign(tf.tensor([...each], variable.shape));
    }
  });
}

const transposed = (rows: readonly (readonly number[])[]) => rows[0]!.flatMap((_, j) => rows.map((row) => row[j]!));
const layout = rowLayout([
  ['x', P],
  ['label', CLASSES],
  ['age', 1],
]);
const units = { mean: Float32Array.of(0, 0, 0, NUMBER.mean), scale: Float32Array.of(1, 1, 1, NUMBER.scale) };
const identity: Network = { variables: {}, outputWidth: P + C, apply: (x) => x };

const made: { readonly variables: NamedVariables }[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

/** The model with its exact posterior, whose mean is linear in [x, y]. */
function exactModel(prior: PriorOf): Vae {
  const variance = prior.std.map((std, k) => 1 / (1 / std ** 2 + sum(weights.map((row) => row[k]! ** 2)) / SD ** 2));
  const ofX = weights.map((row) => row.map((value, k) => (variance[k]! * value) / SD ** 2)); // [P, D]
  const ofY = Array.from({ length: C }, (_, c) =>
    variance.map(
      (each, k) =>
        each *
        (prior.map[k]![c]! / prior.std[k]! ** 2 -
          sum(weights.map((row, i) => row[k]! * ofCondition[i]![c]!)) / SD ** 2),
    ),
  );
  const bias = variance.map(
    (each, k) =>
      each * (prior.centre[k]! / prior.std[k]! ** 2 - sum(weights.map((row, i) => row[k]! * offset[i]!)) / SD ** 2),
  );
  const posterior = flowPosterior({ latent: D, contextWidth: P + C, key: key(5) });
  assign(posterior.variables, {
    'mean/kernel': [...ofX, ...ofY].flat(),
    'mean/bias': bias,
    'logStd/kernel': new Array<number>((P + C) * D).fill(0),
    'logStd/bias': variance.map((each) => 0.5 * Math.log(each)),
  });
  const decoder = mlp({ inputWidth: D + C, hidden: [], activation: 'linear', output: { width: P }, key: key(6) });
  assign(decoder.variables, {
    'output/kernel': [...transposed(weights), ...transposed(ofCondition)],
    'output/bias': offset,
  });
  const likelihood = parseLikelihood(`gaussian(${SD})`);
  const whole = vae({
    encoder: identity,
    posterior,
    decoder,
    likelihood: { variables: {}, at: (outputs) => likelihood.at(outputs, {}) },
    latent: D,
    rows: layoutRows(layout),
    condition: {
      parts: [
        { name: 'label', width: CLASSES },
        { name: 'age', width: 1 },
      ],
      standardisation: units,
    },
    ...(prior === priors['p(z|y)'] ? { prior: conditionalOf(prior) } : {}),
  });
  made.push(whole);
  return whole;
}

function conditionalOf({ map, centre, std }: PriorOf) {
  const prior = conditionalPrior({ latent: D, conditionWidth: C, key: key(7) });
  assign(prior.variables, {
    'base/mean/kernel': transposed(map),
    'base/mean/bias': centre,
    'base/logStd/bias': std.map(Math.log),
  });
  return prior;
}

const rows = shaped(
  data.flatMap((x, i) => [...x, ...conditions[i]!.raw]),
  [B, P + C],
);

describe.each(Object.entries(priors))('a conditional VAE with prior %s', (_, prior) => {
  const model = exactModel(prior);
  const exact = data.map((x, i) => evidence(prior, x, conditions[i]!.standardised));

  it('has log p(x|y) as its bound at the exact posterior, eager and compiled', async () => {
    const inputs = { rows, noise: shaped(drawNormal(key(8), B * D), [B, D]) };
    const bound = ({ rows: all, noise }: Tensors) => elbo().bound(model.at(all as Tensor2D), noise as Tensor2D).terms;
    for (const { elbo: each } of [eager(bound, inputs), await compiled(bound, inputs, model.variables)]) {
      expect(differences('bound', each!, exact, 3e-6)).toEqual([]);
    }
  });

  it('has log p(x|y) as every importance weight, of several draws for a row', async () => {
    const inputs = { rows, noise: shaped(drawNormal(key(9), B * SAMPLES * D), [B * SAMPLES, D]) };
    const chunk = ({ rows: all, noise }: Tensors) => importanceChunk(model.at(all as Tensor2D), noise as Tensor2D);
    const expected = exact.flatMap((value) => new Array<number>(SAMPLES).fill(value));
    for (const { logWeight } of [eager(chunk, inputs), await compiled(chunk, inputs, model.variables)]) {
      expect(differences('log weight', logWeight!, expected, 3e-6)).toEqual([]);
    }
  });

  it('gives other classes other bounds', () => {
    const inputs = { rows: swapped(), noise: shaped(drawNormal(key(8), B * D), [B, D]) };
    const bound = ({ rows: all, noise }: Tensors) => elbo().bound(model.at(all as Tensor2D), noise as Tensor2D).terms;
    expect(differences('bound', eager(bound, inputs).elbo!, exact, 1e-3).length).toBe(B);
  });

  it('samples x with the mean of p(x|y)', () => {
    const y = conditions[1]!;
    const named = { label: [y.raw.slice(0, CLASSES)], age: [[y.raw[CLASSES]!]] };
    const mean = tf.tidy(() =>
      model
        .sample(tf.zeros([1, D]), { label: tf.tensor2d(named.label), age: tf.tensor2d(named.age) })
        .dataSync<'float32'>(),
    );
    const expected = weights.map(
      (row, i) => dot(row, priorMean(prior, y.standardised)) + dot(ofCondition[i]!, y.standardised) + offset[i]!,
    );
    expect(differences('mean', mean, expected, 1e-5)).toEqual([]);
  });
});

/** The rows with the next class each. */
function swapped() {
  const values = data.flatMap((x, i) => {
    const [a, b, c, age] = conditions[i]!.raw;
    return [...x, c!, a!, b!, age!];
  });
  return shaped(values, [B, P + C]);
}

describe('a conditional VAE', () => {
  const options = { pixels: P, latent: D, hidden: [5], activation: 'tanh', layout, key: key(10) } as const;
  const condition = { parts: [{ name: 'label', width: CLASSES }] };
  const model = mlpVae({ ...options, condition, conditionalPrior: { hidden: [4] } });
  made.push(model);
  const inputs = { rows, noise: shaped(drawNormal(key(8), B * D), [B, D]) };

  it('starts with N(0, I) as its conditional prior, and has a gradient in every variable of it', () => {
    const loss = ({ rows: all, noise }: Tensors) => {
      const trained = Object.values(model.variables).filter(({ trainable }) => trainable);
      const { grads } = tf.variableGrads(
        () => elbo().bound(model.at(all as Tensor2D), noise as Tensor2D).loss,
        trained as never,
      );
      return Object.fromEntries(
        Object.entries(model.variables).flatMap(([path, { name }]) =>
          path.startsWith('prior/') ? [[path, grads[name]!]] : [],
        ),
      );
    };
    const start = tf.tidy(() =>
      model
        .priorAt({ label: tf.eye(CLASSES) })
        .logProb(tf.zeros([CLASSES, D]))
        .dataSync<'float32'>(),
    );
    expect(differences('log p', start, new Array(CLASSES).fill(-Math.log(2 * Math.PI)), 1e-6)).toEqual([]);
    assign(model.variables, {
      'prior/base/mean/kernel': numbers(11, 4 * D),
      'prior/base/logStd/kernel': numbers(12, 4 * D),
    });
    const gradients = eager(loss, inputs);
    expect(Object.keys(gradients).length).toBe(6);
    for (const [path, values] of Object.entries(gradients))
      expect([path, values.some((value) => value !== 0)]).toEqual([path, true]);
  });

  it('names the covariate that it is not given', () => {
    expect(() => model.decode(tf.zeros([1, D]))).toThrow(/vae: condition: expected the covariate label/);
    expect(() => model.prior.logProb(tf.zeros([1, D]))).toThrow(/vae.prior: expected a condition/);
    const prior = conditionalPrior({ latent: D, conditionWidth: 2, key: fold(key(1), 'prior') });
    const unconditional = { ...options, layout: undefined };
    const parts = mlpVae(unconditional);
    made.push(prior, parts);
    expect(() => mlpVae({ ...unconditional, conditionalPrior: {} }).at(tf.zeros([1, P]))).toThrow(/a condition beside/);
  });
});
