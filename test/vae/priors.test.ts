// Priors that are no flows: the mixture and the VampPrior against float64 sums, their starts, draws and gradients.
import { normalMixture } from '@flowvae/distributions';
import { parseFlow } from '@flowvae/flows';
import { elbo } from '@flowvae/objectives';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type NamedVariables, rowLayout, type Tensor2D, tf } from '@flowvae/tensor';
import { mixturePrior, mlpVae, parseLikelihood, parsePrior } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';
import { normalLogDensity } from '../reference/densities.ts';

const made: { readonly variables: NamedVariables }[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

const rowsOf = (values: ArrayLike<number>, width: number) =>
  Array.from({ length: values.length / width }, (_, i) =>
    Array.from({ length: width }, (__, j) => values[i * width + j]!),
  );

/** log 1/K Σ N(z; μ_k, σ_k²) in float64. */
function logMixture(z: readonly number[], means: readonly number[][], logStds: readonly number[][]): number {
  const each = means.map((mean, k) =>
    mean.reduce((sum, value, d) => sum + normalLogDensity(z[d]!, value, Math.exp(logStds[k]![d]!)), 0),
  );
  const largest = Math.max(...each);
  return largest + Math.log(each.reduce((sum, value) => sum + Math.exp(value - largest), 0) / means.length);
}

describe('a mixture of many components, by one matrix product', () => {
  const [K, D, B] = [200, 40, 30];
  const means = drawNormal(key(1), K * D);
  const logStds = drawUniform(key(2), K * D).map((u) => Math.log(0.1) + u); // deviations 0.1 to 0.27
  const components = drawUniform(key(3), B).map((u) => Math.floor(u * K));
  const noise = drawNormal(key(4), B * D);
  const z = noise.map((value, i) => {
    const at = components[Math.floor(i / D)]! * D + (i % D);
    return Math.fround(means[at]! + Math.exp(logStds[at]!) * value);
  });
  const inputs = { z: shaped(z, [B, D]), mean: shaped(means, [K, D]), logStd: shaped(logStds, [K, D]) };
  const logProb = ({ z: points, mean, logStd }: Tensors) => ({
    logProb: normalMixture({
      logits: tf.zeros([1, K]),
      mean: mean as Tensor2D,
      logStd: logStd as Tensor2D,
    }).logProb(points as Tensor2D),
  });

  it('has the float64 sum within 1e-3 nats where means are ten deviations from 0', async () => {
    const expected = rowsOf(z, D).map((point) => logMixture(point, rowsOf(means, D), rowsOf(logStds, D)));
    for (const { logProb: found } of [eager(logProb, inputs), await compiled(logProb, inputs)]) {
      const errors = Array.from(found!, (value, i) => Math.abs(value - expected[i]!));
      expect(Math.max(...errors)).toBeLessThan(1e-3);
    }
  });
});

describe('a mixture of many components, by differences', () => {
  it.each([0.3, 0.03, 0.01])('has the float64 sum within 1e-4 nats at deviations of %d', async (std) => {
    const [K, D, B] = [150, 40, 20];
    const means = drawNormal(key(1), K * D).map((value) => 2 * value);
    const logStds = new Float32Array(K * D).fill(Math.log(std));
    const noise = drawNormal(key(4), B * D);
    const z = noise.map((value, i) => means[((7 * Math.floor(i / D)) % K) * D + (i % D)]! + std * value);
    const inputs = { z: shaped(z, [B, D]), mean: shaped(means, [K, D]), logStd: shaped(logStds, [K, D]) };
    const logProb = ({ z: points, mean, logStd }: Tensors) => {
      const params = { logits: tf.zeros([1, K]) as Tensor2D, mean: mean as Tensor2D, logStd: logStd as Tensor2D };
      return { logProb: normalMixture(params, { distances: 'differences' }).logProb(points as Tensor2D) };
    };
    const expected = rowsOf(z, D).map((point) => logMixture(point, rowsOf(means, D), rowsOf(logStds, D)));
    for (const { logProb: found } of [eager(logProb, inputs), await compiled(logProb, inputs)]) {
      const errors = Array.from(found!, (value, i) => Math.abs(value - expected[i]!));
      expect(Math.max(...errors)).toBeLessThan(1e-4);
    }
  });

  it('is how a settled prior of many components scores, whose product loses digits', () => {
    const prior = mixturePrior({ latent: 40, components: 65, key: key(1) });
    made.push(prior);
    tf.tidy(() => prior.variables.logStd!.assign(tf.fill([65, 40], Math.log(0.002))));
    tf.tidy(() => prior.variables.mean!.assign(tf.mul(prior.variables.mean!, 5)));
    const means = rowsOf(prior.variables.mean!.dataSync<'float32'>(), 40);
    const point = means[3]!.map((value) => Math.fround(value + 0.002));
    const exact = logMixture(point, means, rowsOf(new Float32Array(65 * 40).fill(Math.fround(Math.log(0.002))), 40));
    const score = ({ distribution }: Pick<typeof prior, 'distribution'>) =>
      tf.tidy(() => distribution.logProb(tf.tensor2d([point])).dataSync()[0]!);
    expect(Math.abs(score(prior) - exact)).toBeGreaterThan(0.01);
    expect(Math.abs(score(prior.settled!()) - exact)).toBeLessThan(1e-3);
  });
});

describe('mixture(K)', () => {
  it('starts near N(0, I), and draws its components by their weights', () => {
    const prior = mixturePrior({ latent: 2, components: 300, key: key(5) });
    made.push(prior);
    const n = 5000;
    const z = tf.tidy(() =>
      prior.distribution.sampleAndLogProb(tf.tensor2d(drawNormal(key(6), n * 4), [n, 4])).z.dataSync<'float32'>(),
    );
    for (const d of [0, 1]) {
      const column = rowsOf(z, 2).map((row) => row[d]!);
      const mean = column.reduce((sum, value) => sum + value, 0) / n;
      const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
      expect(Math.abs(mean)).toBeLessThan(0.2);
      expect(Math.abs(variance - 1)).toBeLessThan(0.2);
    }
    const one = mixturePrior({ latent: 2, components: 1, key: key(5) });
    made.push(one);
    const [only] = tf.tidy(() => one.distribution.sampleAndLogProb(tf.zeros([1, 4])).z.dataSync<'float32'>());
    expect(only).toBe(one.variables.mean!.dataSync()[0]);
    const few = mixturePrior({ latent: 1, components: 3, key: key(7) });
    made.push(few);
    tf.tidy(() => {
      few.variables.logits!.assign(tf.log(tf.tensor2d([[0.2, 0.5, 0.3]])));
      few.variables.mean!.assign(tf.tensor2d([[-10], [0], [10]]));
    });
    const draws = tf.tidy(() =>
      few.distribution.sampleAndLogProb(tf.tensor2d(drawNormal(key(8), n * 3), [n, 3])).z.dataSync<'float32'>(),
    );
    const shares = [-10, 0, 10].map((centre) => draws.filter((value) => Math.abs(value - centre) < 5).length / n);
    expect(differences('shares', shares, [0.2, 0.5, 0.3], 0.03)).toEqual([]);
  });
});

const [P, D, K] = [6, 2, 70];
const rows = drawUniform(key(9), 20 * P).map((u) => Number(u < 0.4));

/** A model with a VampPrior of these pseudo-inputs. */
function vampModel(options: Partial<Parameters<typeof mlpVae>[0]> = {}) {
  const prior = parsePrior(`vamp(${K})`)!;
  const model = mlpVae({
    ...{ pixels: P, latent: D, hidden: [7], activation: 'tanh', prior, exampleRows: rows, key: key(10) },
    ...options,
  } as Parameters<typeof mlpVae>[0]);
  made.push(model);
  return model;
}

describe.each([
  ['a diagonal posterior', undefined, false],
  ['a flow behind it', 'planar', false],
  ['missing values', undefined, true],
])('vamp(K) with %s', (_, flow, masked) => {
  const model = vampModel({ masked, flow: flow ? parseFlow(flow, D) : undefined });
  const inputs = { z: shaped(drawNormal(key(11), 5 * D), [5, D]) };
  const logProb = ({ z }: Tensors) => ({ logProb: model.prior.logProb(z as Tensor2D) });

  it('is the mean of the base normals at its pseudo-inputs, eager, compiled and settled', async () => {
    const u = model.variables['prior/pseudoInputs']!.dataSync();
    const clipped = Float32Array.from(u, (value) => Math.min(1, Math.max(0, value)));
    const [means, logStds] = tf.tidy(() => {
      const x = tf.tensor2d(clipped, [K, P]);
      const base = model.posterior.baseAt(model.features((masked ? tf.concat([x, tf.onesLike(x)], 1) : x) as Tensor2D));
      return [rowsOf(base.mean.dataSync(), D), rowsOf(base.logStd.dataSync(), D)];
    }) as unknown as [number[][], number[][]];
    const expected = rowsOf(inputs.z.values, D).map((z) => logMixture(z, means, logStds));
    const settled = model.settled!();
    const found = [
      eager(logProb, inputs),
      await compiled(logProb, inputs, model.variables),
      eager(({ z }) => ({ logProb: settled.prior.logProb(z as Tensor2D) }), inputs),
    ];
    for (const each of found) expect(differences('log p', each.logProb!, expected, 1e-5)).toEqual([]);
    const before = found[2]!.logProb!;
    const trained = model.variables['encoder/hidden1/bias']!;
    tf.tidy(() => trained.assign(tf.add(trained, 1)));
    const after = eager(({ z }) => ({ logProb: settled.prior.logProb(z as Tensor2D) }), inputs).logProb!;
    expect([...after]).toEqual([...before]);
    expect(eager(logProb, inputs).logProb!).not.toEqual(before);
    const kept = new Set(Object.values(model.variables));
    tf.dispose(Object.values(settled.variables).filter((variable) => !kept.has(variable)));
  });

  it('has a gradient in pseudo-inputs within the range, and in the encoder through them', () => {
    const wanted = ['prior/pseudoInputs', 'encoder/hidden1/kernel'];
    const gradients = eager(({ z }) => {
      const list = wanted.map((path) => model.variables[path]!);
      const { grads } = tf.variableGrads(() => tf.mean(model.prior.logProb(z as Tensor2D)), list as never);
      return Object.fromEntries(wanted.map((path, i) => [path, grads[list[i]!.name]!]));
    }, inputs);
    for (const path of wanted) expect(gradients[path]!.some((value) => value !== 0)).toBe(true);
    const values = model.variables['prior/pseudoInputs']!.dataSync();
    const outside = [...values.keys()].filter((i) => values[i]! < 0 || values[i]! > 1);
    expect(outside.length).toBeGreaterThan(0);
    expect(outside.every((i) => gradients['prior/pseudoInputs']![i] === 0)).toBe(true);
  });
});

describe('vamp(K)', () => {
  it('starts at rows of data with a little noise, in the units of the model, unbounded for real numbers', () => {
    const mean = new Float32Array(P).fill(100);
    const scale = new Float32Array(P).fill(10);
    const examples = drawNormal(key(12), K * P).map((value) => 100 + 10 * value);
    const model = vampModel({
      likelihood: parseLikelihood('gaussian'),
      standardisation: { mean, scale },
      exampleRows: examples,
    });
    const start = model.variables['prior/pseudoInputs']!.dataSync();
    const off = Array.from(start, (value, i) => (value - (examples[i]! - 100) / 10) / 0.01);
    expect(Math.sqrt(off.reduce((sum, value) => sum + value ** 2, 0) / off.length)).toBeCloseTo(1, 1);
    const gradient = eager(
      ({ z }) => {
        const variable = model.variables['prior/pseudoInputs']!;
        const { grads } = tf.variableGrads(() => tf.mean(model.prior.logProb(z as Tensor2D)), [variable] as never);
        return { gradient: grads[variable.name]! };
      },
      { z: shaped(drawNormal(key(13), 2 * D), [2, D]) },
    );
    expect(gradient.gradient!.every((value) => value !== 0)).toBe(true);
  });

  it('is the prior of a bound', async () => {
    const model = vampModel();
    const inputs = {
      x: shaped(rows.subarray(0, 4 * P), [4, P]),
      noise: shaped(drawNormal(fold(key(14), 'noise'), 4 * D), [4, D]),
    };
    const bound = ({ x, noise }: Tensors) => elbo().bound(model.at(x as Tensor2D), noise as Tensor2D).terms;
    const { elbo: eagerly, logPrior } = eager(bound, inputs);
    const { elbo: byGraph } = await compiled(bound, inputs, model.variables);
    expect(differences('bound', byGraph!, eagerly!, 1e-5)).toEqual([]);
    expect(logPrior!.every(Number.isFinite)).toBe(true);
  });

  it('is refused where its text lacks a number', () => {
    expect(() => parsePrior('vamp')).toThrow(
      /vamp\(pseudo-inputs\) with a whole number from 1 to 10000, got no number/,
    );
    expect(() => parsePrior('mixture(0)')).toThrow(/mixture\(components\).* got '0'/);
    expect(parsePrior('realnvp*4')).toBeUndefined();
  });
});

it('a VampPrior beside a condition, whose encoder its pseudo-inputs do not fit, is refused by name', () => {
  const layout = rowLayout([
    ['x', 4],
    ['y', 2],
  ]);
  const model = mlpVae({
    pixels: 4,
    latent: 2,
    hidden: [3],
    activation: 'relu',
    layout,
    condition: { parts: [{ name: 'y', width: 2 }] },
    prior: parsePrior('vamp(3)'),
    key: key(0),
  });
  made.push(model);
  expect(() => model.prior.logProb(tf.zeros([1, 2]))).toThrow(
    'mlpVae: prior: expected one that encodes no data of its own, beside a condition, got vamp(3)',
  );
});
