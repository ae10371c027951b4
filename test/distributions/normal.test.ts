// Normal distributions against the independent float64 program, and the laws of any density.
import { type Draw, diagonalNormal, standardNormal } from '@flowvae/distributions';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences, float64Gradient, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { kolmogorovSmirnov, normalCdf } from '../random/statistics.ts';
import { readCommitted } from '../reference/committed-json.ts';
import { type DensityReference, normalKlToStandard, normalLogDensity } from '../reference/densities.ts';

const { cases } = readCommitted<DensityReference>('densities');
const caseOf = (name: string) => cases.find((each) => each.name === name)!;
const normalOf = ({ mean, logStd }: Tensors) => diagonalNormal({ mean: mean as Tensor2D, logStd: logStd as Tensor2D });

describe.each(['eager', 'compiled'] as const)('%s', (engine) => {
  const run = engine === 'eager' ? eager : compiled;

  it('standardNormal.logProb', async () => {
    const { inputs, batch, dim, values } = caseOf('standardNormal');
    const logProb = ({ x }: Tensors) => ({ logProb: standardNormal(dim).logProb(x as Tensor2D) });
    const results = await run(logProb, { x: shaped(inputs.x!, [batch, dim]) });
    expect(differences('logProb', results.logProb!, values, 1e-6)).toEqual([]);
  });

  it('diagonalNormal.logProb, with the rounding of log σ', async () => {
    const { inputs, batch, dim } = caseOf('diagonalNormal');
    const logStd = Float32Array.from(inputs.sd!, (sd) => Math.log(Math.fround(sd)));
    const given = {
      x: shaped(inputs.x!, [batch, dim]),
      mean: shaped(inputs.mean!, [batch, dim]),
      logStd: shaped(logStd, [batch, dim]),
    };
    const element = (i: number) => normalLogDensity(given.x.values[i]!, given.mean.values[i]!, Math.exp(logStd[i]!));
    const expected = Array.from({ length: batch }, (_, row) =>
      Array.from({ length: dim }, (__, d) => element(row * dim + d)).reduce((sum, value) => sum + value, 0),
    );
    const results = await run(({ x, ...params }) => ({ logProb: normalOf(params).logProb(x as Tensor2D) }), given);
    expect(differences('logProb', results.logProb!, expected, 2e-6)).toEqual([]);
  });

  it('klToStandard', async () => {
    const { inputs, batch, dim } = caseOf('normalKlToStandard');
    const logStd = Float32Array.from(inputs.sd!, (sd) => Math.log(Math.fround(sd)));
    const given = { mean: shaped(inputs.mean!, [batch, dim]), logStd: shaped(logStd, [batch, dim]) };
    const element = (i: number) => normalKlToStandard(given.mean.values[i]!, Math.exp(logStd[i]!));
    const expected = Array.from({ length: batch }, (_, row) =>
      Array.from({ length: dim }, (__, d) => element(row * dim + d)).reduce((sum, value) => sum + value, 0),
    );
    const results = await run((params) => ({ kl: normalOf(params).klToStandard() }), given);
    expect(differences('kl', results.kl!, expected, 1e-6)).toEqual([]);
  });

  it('shares one row of parameters among all points', async () => {
    const noise = shaped(drawNormal(key(1), 12), [4, 3]);
    const row = { mean: shaped([1, -2, 0.5], [1, 3]), logStd: shaped([0.2, -1, 0], [1, 3]) };
    const copies = (values: Float32Array) => shaped(Array.from({ length: 4 }, () => [...values]).flat(), [4, 3]);
    const tiled = { mean: copies(row.mean.values), logStd: copies(row.logStd.values) };
    const all = ({ noise: epsilon, ...params }: Tensors) => {
      const q = normalOf(params);
      const { z, logProb } = q.sampleAndLogProb(epsilon as Tensor2D);
      return { z, logProb, scored: q.logProb(z) };
    };
    const [shared, own] = [await run(all, { noise, ...row }), await run(all, { noise, ...tiled })];
    for (const name of Object.keys(shared)) expect(differences(name, shared[name]!, own[name]!, 1e-6)).toEqual([]);
    expect(differences('scored', shared.scored!, shared.logProb!, 1e-5)).toEqual([]);
  });
});

describe('draws', () => {
  const count = 20_000;
  const draw = eager(
    ({ noise, ...params }) => {
      const { z, logProb, terms }: Draw = normalOf(params).sampleAndLogProb(noise as Tensor2D);
      return { z, logProb, ...terms };
    },
    {
      noise: shaped(drawNormal(key(2), count), [count, 1]),
      mean: shaped([1.5], [1, 1]),
      logStd: shaped([-0.7], [1, 1]),
    },
  );
  const score = (mean: number, sd: number) => kolmogorovSmirnov(draw.z!, (x) => normalCdf((x - mean) / sd));

  it('follow their distribution; others do not', () => {
    expect(score(1.5, Math.exp(-0.7))).toBeLessThan(1.95);
    expect(score(1.5, Math.exp(-0.7) * 1.1)).toBeGreaterThan(1.95);
    expect(score(1.52, Math.exp(-0.7))).toBeGreaterThan(1.95);
  });

  it('report their density as the base’s', () => {
    expect(draw.logBase).toEqual(draw.logProb);
  });

  it('have log-densities whose mean is the negative entropy', () => {
    const mean = draw.logProb!.reduce((sum, value) => sum + value, 0) / count;
    const entropy = 0.5 * Math.log(2 * Math.PI * Math.E) - 0.7;
    expect(Math.abs(mean + entropy)).toBeLessThan(4 * Math.sqrt(0.5 / count));
  });

  it('of the standard normal are the noise itself', () => {
    tf.tidy(() => {
      const noise: Tensor2D = tf.tensor2d([[1, 2]]);
      const { z, logProb, terms } = standardNormal(2).sampleAndLogProb(noise);
      expect(z).toBe(noise);
      expect(terms.logBase).toBe(logProb);
    });
    expect(standardNormal(2).noise).toEqual({ kind: 'normal', width: 2 });
  });
});

it.each([
  [0, 0],
  [1.5, -0.7],
  [-3, 1.1],
])('the density of N(%d, e^2·%d) integrates to 1', (mean, logStd) => {
  const step = 0.02;
  const points = Array.from({ length: 2000 }, (_, i) => -20 + step * (i + 0.5));
  const { logProb } = eager(({ x, ...params }) => ({ logProb: normalOf(params).logProb(x as Tensor2D) }), {
    x: shaped(points, [points.length, 1]),
    mean: shaped([mean], [1, 1]),
    logStd: shaped([logStd], [1, 1]),
  });
  expect(Math.abs(logProb!.reduce((sum, value) => sum + Math.exp(value) * step, 0) - 1)).toBeLessThan(1e-5);
});

it('gradients of score and KL are those of float64 differences', () => {
  const inputs: Inputs = {
    x: shaped([0.5, -2, 3, 0.1, 0, 1], [2, 3]),
    mean: shaped([0.4, 0, 1, -1, 2, 0.3], [2, 3]),
    logStd: shaped([0, -1, 0.5, 0.2, -0.3, 1], [2, 3]),
  };
  const loss = withGradients(({ x, ...params }) => {
    const q = normalOf(params);
    return tf.add(tf.sum(q.logProb(x as Tensor2D)), tf.sum(q.klToStandard()));
  });
  const reference = ({ x, mean, logStd }: Readonly<Record<string, Float64Array>>) =>
    Array.from(x!).reduce((sum, xi, i) => {
      const sd = Math.exp(logStd![i]!);
      return sum + normalLogDensity(xi, mean![i]!, sd) + normalKlToStandard(mean![i]!, sd);
    }, 0);
  const expected = float64Gradient(
    reference,
    Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values])),
  );
  const results = eager(loss, inputs);
  for (const [name, gradient] of Object.entries(expected)) {
    expect(gradientDifferences(name, results[`gradient:${name}`]!, gradient, 1e-5)).toEqual([]);
  }
});

describe('detached', () => {
  /** Gradients of a loss of draw, score and KL with respect to the parameters. */
  const gradients = (cut: boolean) =>
    eager(
      withGradients((params) => {
        const whole = normalOf(params);
        const q = cut ? whole.detached() : whole;
        const { z, logProb } = q.sampleAndLogProb(tf.tensor2d([[1, -2]]));
        const terms: Tensor[] = [z, logProb, q.logProb(tf.tensor2d([[0.3, 0.4]])), q.klToStandard()];
        return tf.addN(terms.map((term) => tf.sum(term)));
      }),
      { mean: shaped([0.5, 1], [1, 2]), logStd: shaped([-0.2, 0.3], [1, 2]) },
    );

  it('cuts mean and logStd off, and passes their values', () => {
    const [cut, whole] = [gradients(true), gradients(false)];
    expect(cut.value).toEqual(whole.value);
    for (const name of ['gradient:mean', 'gradient:logStd']) {
      expect(Array.from(cut[name]!)).toEqual([0, 0]);
      expect(whole[name]!.every((value) => value !== 0)).toBe(true);
    }
  });
});

it.each([
  ['standardNormal.logProb: z', () => standardNormal(3).logProb(tf.zeros([2, 4]))],
  [
    'diagonalNormal.logProb: z',
    () => diagonalNormal({ mean: tf.zeros([1, 3]), logStd: tf.zeros([1, 3]) }).logProb(tf.zeros([2, 4])),
  ],
  [
    'diagonalNormal.sampleAndLogProb: noise',
    () => diagonalNormal({ mean: tf.zeros([1, 3]), logStd: tf.zeros([1, 3]) }).sampleAndLogProb(tf.zeros([2, 4])),
  ],
])('%s of another width is refused', (where, action) => {
  expect(() => tf.tidy(() => void action())).toThrowError(`${where}: expected [batch, 3], got [2, 4]`);
});
