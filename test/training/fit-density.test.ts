// Density estimation by maximum likelihood, and the use of the density afterwards.
import { diagonalNormal, normalMixture, standardNormal } from '@flowvae/distributions';
import { latents, logProbs, samples, tabulate } from '@flowvae/evaluation';
import { free, planar, pushForward } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor2D, tf, type Variable } from '@flowvae/tensor';
import { adam, dataPoints, fitDensity } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { valuesOf } from './problems.ts';

const variable = (values: readonly number[], shape: readonly number[]): Variable =>
  tf.tidy(() => tf.variable(tf.tensor([...values], [...shape])));

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value / values.length, 0);

/** 400 points of N((1, −2), diag(0.5², 2²)). */
const data = dataPoints(
  drawNormal(key(3), 800).map((value, i) => (i % 2 ? -2 + 2 * value : 1 + 0.5 * value)),
  2,
);

const newNormal = () => {
  const variables = { mean: variable([0, 0], [1, 2]), logStd: variable([0, 0], [1, 2]) };
  const parameters = variables as unknown as { mean: Tensor2D; logStd: Tensor2D };
  return { variables, density: diagonalNormal(parameters) };
};

const newFlow = () => {
  const flow = planar(2, 2);
  const { variables } = free(flow.paramShapes, flow.initialParams(key(5)));
  return { variables, density: pushForward(standardNormal(2), flow, variables) };
};

const options = { optimizer: adam(0.05), steps: 300, batchSize: 100, key: key(4) } as const;

it('the best normal has the mean and the deviation of the data', async () => {
  const { variables, density } = newNormal();
  // whole-batch steps go to the maximum itself, for any order of the data
  const { history, engine } = await fitDensity(density, { variables, data, ...options, batchSize: 400, steps: 400 });
  const column = (d: number) => Array.from({ length: data.count }, (_, i) => data.row(i)[d]!);
  const means = [0, 1].map((d) => mean(column(d)));
  const logStds = [0, 1].map((d) => 0.5 * Math.log(mean(column(d).map((value) => (value - means[d]!) ** 2))));
  expect(differences('mean', variables.mean.dataSync(), means, 1e-3)).toEqual([]);
  expect(differences('log std', variables.logStd.dataSync(), logStds, 1e-3)).toEqual([]);
  expect(engine).toBe('compiled');
  // at the maximum the mean log-likelihood is minus the entropy of the fitted normal
  const best = -logStds[0]! - logStds[1]! - Math.log(2 * Math.PI) - 1;
  expect(history.at(-1)!.terms.logProb).toBeCloseTo(best, 3);
  expect(history.at(-1)!.loss).toBeCloseTo(-best, 3);
});

it('a mixture finds two clusters that one normal cannot', async () => {
  const clusters = dataPoints(
    drawNormal(key(6), 600).map((value, i) => 0.3 * value + (i % 4 < 2 ? 3 : -3)),
    2,
  );
  const variables = {
    logits: variable([0, 0], [1, 2]),
    mean: variable([1, 0, -1, 0], [2, 2]),
    logStd: variable([0, 0, 0, 0], [2, 2]),
  };
  const density = normalMixture(variables as unknown as Parameters<typeof normalMixture>[0]);
  await fitDensity(density, { variables, data: clusters, ...options, steps: 200 });
  expect(differences('mean', variables.mean.dataSync(), [3, 3, -3, -3], 0.05)).toEqual([]);
  expect(mean(await logProbs(density, clusters, { variables }))).toBeGreaterThan(-1.4); // its entropy is 1.12
});

describe('a flow', () => {
  it('fits better than its base, and the compiled run is the eager one', async () => {
    const run = async (engine: 'compiled' | 'eager') => {
      const { variables, density } = newFlow();
      const { history } = await fitDensity(density, { variables, data, ...options, steps: 45, entryEvery: 15, engine });
      return { losses: history.map(({ loss }) => loss), values: valuesOf(variables) };
    };
    const [compiled, eager] = [await run('compiled'), await run('eager')];
    expect(compiled.losses.at(-1)!).toBeLessThan(compiled.losses[0]! - 0.5);
    expect(differences('losses', compiled.losses, eager.losses, 1e-3)).toEqual([]);
    expect(differences('values', compiled.values, eager.values, 1e-2)).toEqual([]);
  });

  it('is the same for the same key, another for another order of the data', async () => {
    const run = async (seed: number) => {
      const { variables, density } = newFlow();
      await fitDensity(density, { variables, data, ...options, steps: 10, key: key(seed) });
      return valuesOf(variables);
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('stops at a signal', async () => {
    const { variables, density } = newFlow();
    const signal = AbortSignal.abort();
    expect((await fitDensity(density, { variables, data, ...options, signal })).steps).toBe(0);
  });
});

it('fitDensity refuses batches that the data cannot fill', async () => {
  const { variables, density } = newNormal();
  const wrong = async () => fitDensity(density, { variables, data, ...options, batchSize: 401 });
  await expect(wrong()).rejects.toThrow('fitDensity: batchSize: expected a whole number from 1 to 400');
  expect(() => dataPoints(new Float32Array(5), 2)).toThrow('dataPoints: values: expected one or more rows of 2 values');
  expect(() => dataPoints(new Float32Array(0), 2)).toThrow('got 0 values');
});

describe('a fitted density', () => {
  const { variables, density } = newFlow();

  it('draws, scores and finds latents as its parts do, with chunks of any size', async () => {
    for (const chunk of [7, 64, 4096]) {
      for (const engine of ['compiled', 'eager'] as const) {
        const drawn = await samples(density, { count: 50, key: key(11), variables, chunk, engine });
        const points = dataPoints(drawn, 2);
        const z = await latents(density, points, { variables, chunk, engine });
        // the latents of draws are the noise that they were drawn from
        expect(differences('latents', z, drawNormal(key(11), 100), 1e-4)).toEqual([]);
        const scores = await logProbs(density, points, { variables, chunk, engine });
        const expected = tf.tidy(() => density.logProb(tf.tensor2d(drawn, [50, 2])).dataSync());
        expect(differences('logProb', scores, expected, 1e-4)).toEqual([]);
      }
    }
  });

  it('is read with the values that its variables have now', async () => {
    const { variables: own, density: normalDensity } = newNormal();
    const at = dataPoints(new Float32Array(2), 2);
    const before = await logProbs(normalDensity, at, { variables: own });
    own.mean.assign(tf.tensor2d([[3, 4]]));
    const after = await logProbs(normalDensity, at, { variables: own });
    expect(differences('logProb', after, [before[0]! - 12.5], 1e-5)).toEqual([]);
  });

  it('more draws begin with the fewer', async () => {
    const few = await samples(density, { count: 5, key: fold(key(12), 'a'), variables });
    const many = await samples(density, { count: 9, key: fold(key(12), 'a'), variables });
    expect([...many.subarray(0, 10)]).toEqual([...few]);
  });
});

it('tabulate keeps results of any shape apart, row by row', async () => {
  const points = dataPoints(
    Float32Array.from({ length: 22 }, (_, i) => i),
    2,
  );
  const { square, sum } = await tabulate((x) => ({ square: tf.square(x), sum: tf.sum(x, 1) }), points, { chunk: 4 });
  expect([...square!]).toEqual(Array.from({ length: 22 }, (_, i) => i * i));
  expect([...sum!]).toEqual(Array.from({ length: 11 }, (_, i) => 4 * i + 1));
});
