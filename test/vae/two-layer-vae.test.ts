// A linear-Gaussian model with two latents: at the exact posterior, of either kind, the bound is log p(x) for every
// draw, in float64's closed form.
import { posteriorStatistics } from '@flowvae/evaluation';
import { parseFlow, parseInvertibleFlow } from '@flowvae/flows';
import { elbo, importanceChunk } from '@flowvae/objectives';
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { type NamedVariables, type Scalar, type Tensor2D, tf, type Variable } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { parseLikelihood, twoLayerVae, type Vae } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';
import { normalLogDensity } from '../reference/densities.ts';
import { cholesky, forwardSolve } from '../reference/linear-gaussian.ts';

const [P, B, SD, SAMPLES] = [4, 5, 0.5, 3];
const numbers = (seed: number, count: number) => Array.from(drawNormal(key(seed), count));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** x = W·z1 + b + σ·ε; z1 = A·z2 + a + s·ε; z2 ~ N(0, 1). Columns of W are orthogonal. */
const w = [
  [1, 0.5],
  [1, -0.5],
  [-1, 0.5],
  [-1, -0.5],
] as const;
const b = numbers(1, P);
const a = [0.4, -0.3];
const s = [0.6, 1.4];
/** Of the plain model one entry is 0, so that p(z1|x) is diagonal. */
const slopes = { ladder: [0.8, -1.3], plain: [0.8, 0] } as const;

const x = Array.from({ length: B }, (_, i) => numbers(10 + i, P).map((value) => Math.fround(2 * value)));
/** Σ_i w_ik²/σ², the precision of the data about z1. */
const ofData = [0, 1].map((k) => sum(w.map((row) => row[k]! ** 2)) / SD ** 2);

function evidence(slope: readonly number[], row: readonly number[]): number {
  const between = [0, 1].map((k) => [0, 1].map((m) => slope[k]! * slope[m]! + (k === m ? s[k]! ** 2 : 0)));
  const covariance = w.map((u, i) =>
    w.map(
      (v, j) =>
        sum([0, 1].flatMap((k) => [0, 1].map((m) => u[k]! * between[k]![m]! * v[m]!))) + (i === j ? SD ** 2 : 0),
    ),
  );
  const l = cholesky(covariance);
  const whitened = forwardSolve(
    l,
    row.map((value, i) => value - (sum([0, 1].map((k) => w[i]![k]! * a[k]!)) + b[i]!)),
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

const identity = (size: number) => Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
const zeros = (size: number) => new Array<number>(size).fill(0);
const made: Vae[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

/** The model with its exact posterior: every perceptron is linear, the encoder is the identity. */
function exactModel(kind: 'plain' | 'ladder'): Vae {
  const slope = slopes[kind];
  const model = twoLayerVae({
    pixels: P,
    latents: [2, 1],
    hidden: [P],
    between: [1],
    activation: 'linear',
    likelihood: parseLikelihood(`gaussian(${SD})`),
    kind,
    key: key(2),
  });
  made.push(model);
  assign(model.variables, {
    'encoder/hidden1/kernel': identity(P),
    'decoder/hidden1/kernel': [0, 1].flatMap((k) => w.map((row) => row[k]!)),
    'decoder/output/kernel': identity(P),
    'decoder/output/bias': b,
    'prior/network/hidden1/kernel': [1],
    'prior/below/mean/kernel': slope,
    'prior/below/mean/bias': a,
    'prior/below/logStd/kernel': zeros(2),
    'prior/below/logStd/bias': s.map(Math.log),
    'posterior/z1/logStd/kernel': zeros(2 * P),
    'posterior/z2/logStd/kernel': [0],
    ...(kind === 'ladder' ? topDownPosterior(slope) : bottomUpPosterior(slope)),
  });
  return model;
}

/** wᵀ(x − b)/σ² over a precision, as kernel [P, 2] and bias [2] of a mean. */
function meanOfFirst(precisions: readonly number[], shift: readonly number[]) {
  const kernel = w.flatMap((row) => row.map((value, k) => value / SD ** 2 / precisions[k]!));
  const bias = [0, 1].map((k) => (shift[k]! - sum(w.map((row, i) => row[k]! * b[i]!)) / SD ** 2) / precisions[k]!);
  return { 'posterior/z1/mean/kernel': kernel, 'posterior/z1/mean/bias': bias };
}

/** z2|x, scalar; the encoder's normal of z1 is the likelihood of it. */
function topDownPosterior(slope: readonly number[]) {
  const about = [0, 1].map((k) => 1 / (s[k]! ** 2 + 1 / ofData[k]!)); // of ẑ1 = z1 + noise, given z2
  const precision = 1 + sum(about.map((each, k) => each * slope[k]! ** 2));
  const ofX = w.map(
    (row) => sum(row.map((value, k) => (about[k]! * slope[k]! * value) / SD ** 2 / ofData[k]!)) / precision,
  );
  const shift =
    sum(ofX.map((value, i) => value * b[i]!)) + sum(about.map((each, k) => each * slope[k]! * a[k]!)) / precision;
  return {
    ...meanOfFirst(ofData, zeros(2)),
    'posterior/z1/logStd/bias': ofData.map((each) => -0.5 * Math.log(each)),
    'posterior/toSecond/hidden1/kernel': ofX,
    'posterior/z2/mean/kernel': [1],
    'posterior/z2/mean/bias': [-shift],
    'posterior/z2/logStd/bias': [-0.5 * Math.log(precision)],
  };
}

/** z1|x with the prior's marginal variance, and z2|z1, scalar. */
function bottomUpPosterior(slope: readonly number[]) {
  const marginal = [0, 1].map((k) => 1 / (slope[k]! ** 2 + s[k]! ** 2));
  const precisions = ofData.map((each, k) => each + marginal[k]!);
  const above = 1 + sum(slope.map((value, k) => (value / s[k]!) ** 2));
  const ofFirst = slope.map((value, k) => value / s[k]! ** 2 / above);
  return {
    ...meanOfFirst(
      precisions,
      marginal.map((each, k) => each * a[k]!),
    ),
    'posterior/z1/logStd/bias': precisions.map((each) => -0.5 * Math.log(each)),
    'posterior/toSecond/hidden1/kernel': ofFirst,
    'posterior/z2/mean/kernel': [1],
    'posterior/z2/mean/bias': [-sum(ofFirst.map((value, k) => value * a[k]!))],
    'posterior/z2/logStd/bias': [-0.5 * Math.log(above)],
  };
}

const rows = shaped(x.flat(), [B, P]);

describe.each(['ladder', 'plain'] as const)('a two-layer VAE, %s', (kind) => {
  const model = exactModel(kind);
  const exact = x.map((row) => evidence(slopes[kind], row));

  it('has log p(x) as its bound at the exact posterior, eager and compiled', async () => {
    const inputs = { rows, noise: shaped(drawNormal(key(3), B * 3), [B, 3]) };
    const bound = ({ rows: all, noise }: Tensors) => elbo().bound(model.at(all as Tensor2D), noise as Tensor2D).terms;
    for (const terms of [eager(bound, inputs), await compiled(bound, inputs, model.variables)]) {
      expect(differences('bound', terms.elbo!, exact, 3e-6)).toEqual([]);
      const byLayer = Array.from(terms.kl1!, (value, i) => terms.logLikelihood![i]! - value - terms.kl2![i]!);
      expect(differences('bound by layers', byLayer, exact, 3e-6)).toEqual([]);
    }
  });

  it('has log p(x) as every importance weight, of several draws for a row', async () => {
    const inputs = { rows, noise: shaped(drawNormal(key(4), B * SAMPLES * 3), [B * SAMPLES, 3]) };
    const chunk = ({ rows: all, noise }: Tensors) => importanceChunk(model.at(all as Tensor2D), noise as Tensor2D);
    const expected = exact.flatMap((value) => new Array<number>(SAMPLES).fill(value));
    for (const { logWeight } of [eager(chunk, inputs), await compiled(chunk, inputs, model.variables)]) {
      expect(differences('log weight', logWeight!, expected, 3e-6)).toEqual([]);
    }
  });

  it('samples from its prior with the density that it scores', () => {
    const noise = drawNormal(key(5), B * 3);
    const { logProb, scored } = eager(
      ({ epsilon }) => {
        const draw = model.prior.sampleAndLogProb(epsilon as Tensor2D);
        return { logProb: draw.logProb, scored: model.prior.logProb(draw.z) };
      },
      { epsilon: shaped(noise, [B, 3]) },
    );
    expect(differences('log p', logProb!, scored!, 1e-5)).toEqual([]);
  });

  it('sees a wrong slope between the layers', () => {
    const variable = model.variables['prior/below/mean/kernel']!;
    const right = variable.dataSync().slice();
    tf.tidy(() => variable.assign(tf.tensor([0.1, 0.9], variable.shape)));
    const inputs = { rows, noise: shaped(drawNormal(key(3), B * 3), [B, 3]) };
    const bound = ({ rows: all, noise }: Tensors) => elbo().bound(model.at(all as Tensor2D), noise as Tensor2D).terms;
    expect(differences('bound', eager(bound, inputs).elbo!, exact, 1e-4).length).toBe(B);
    tf.tidy(() => variable.assign(tf.tensor(right, variable.shape)));
  });
});

describe.each(['ladder', 'plain'] as const)('a two-layer VAE with flows, %s', (kind) => {
  const model = twoLayerVae({
    pixels: 6,
    latents: [3, 2],
    hidden: [8],
    activation: 'tanh',
    kind,
    flows: [parseFlow('planar*2', 3), parseFlow('sylvester-h(1)', 2)],
    prior: parseInvertibleFlow('realnvp', 2),
    masked: true,
    key: key(6),
  });
  made.push(model);
  const values = drawUniform(key(7), 4 * 6).map((u) => Number(u < 0.5));
  const data = Float32Array.from(
    Array.from({ length: 4 }, (_, i) => [...values.slice(6 * i, 6 * i + 6), 1, 1, 0, 1, 1, 1]).flat(),
  );
  const inputs = { rows: shaped(data, [4, 12]), noise: shaped(drawNormal(key(8), 4 * 5), [4, 5]) };

  it('has a finite bound, the same compiled, with a gradient in every variable but the fixed ones', async () => {
    const bound = ({ rows: all, noise }: Tensors) => elbo().bound(model.at(all as Tensor2D), noise as Tensor2D);
    const terms = eager((tensors) => bound(tensors).terms, inputs);
    const byGraph = await compiled((tensors) => bound(tensors).terms, inputs, model.variables);
    expect(differences('elbo', byGraph.elbo!, terms.elbo!, 1e-5)).toEqual([]);
    expect(terms.logDet!.every(Number.isFinite)).toBe(true);
    const trained = Object.entries(model.variables).filter(([, { trainable }]) => trainable);
    const gradients = eager((tensors) => {
      const list = trained.map(([, variable]) => variable as Variable);
      const { grads } = tf.variableGrads(() => bound(tensors).loss as Scalar, list);
      return Object.fromEntries(trained.map(([path, { name }]) => [path, grads[name]!]));
    }, inputs);
    const still = Object.entries(gradients).filter(([, each]) => each.every((value) => value === 0));
    expect(still.map(([path]) => path).filter((path) => !path.includes('flow') && !path.includes('top'))).toEqual([]);
  });

  it('shows its layers and latents to the statistics of posteriors', async () => {
    const { layers, dim, terms } = await posteriorStatistics({
      variables: model.variables,
      modelAt: model.at,
      noise: model.noise,
      data: dataPoints(data, 12),
      samples: 5,
      key: key(9),
      engine: 'eager',
    });
    expect(dim).toBe(5);
    expect(layers.map(({ name }) => name).slice(0, 2)).toEqual(['z1 planar[0]', 'z1 planar[1]']);
    expect(layers.at(-1)!.name).toMatch(/^z2 /);
    expect(terms.elbo.every(Number.isFinite)).toBe(true);
  });
});
