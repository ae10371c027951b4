// Annealed importance sampling by hand: the keys of groups, the first step size, progress, and where it ends.
import { standardNormal } from '@flowvae/distributions';
import { type AnnealedEstimate, type AnnealedImportanceOptions, annealedImportance } from '@flowvae/evaluation';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor1D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { expect, it } from 'vitest';

const logTwoPi = Math.log(2 * Math.PI);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** z ~ N(0, 1) and x ~ N(z, 1), six data points. */
const options = (rest: Partial<AnnealedImportanceOptions> = {}): AnnealedImportanceOptions => ({
  variables: {},
  pathAt: (x) => ({ initial: standardNormal(1), logRatio: (z) => standardNormal(1).logProb(tf.sub(x, z)) }),
  noise: { kind: 'normal', width: 1 },
  data: dataPoints(Float32Array.of(0, 1, 2, 3, 4, 5), 1),
  temperatures: [0, 1],
  chains: 16,
  leapfrogSteps: 1,
  key: key(17),
  engine: 'eager',
  ...rest,
});

it('annealedImportance with one step weighs draws by the key of their group, four data points of 16 chains each', async () => {
  const found: AnnealedEstimate[] = [];
  await annealedImportance(options({ onEstimate: (i, estimate) => (found[i] = estimate) }));
  const expected = [0, 1, 2, 3, 4, 5].map((x) => {
    const group = Math.floor(x / 4);
    const draws = drawNormal(fold(fold(key(17), 'forward', group), 'start'), 16 * (group === 0 ? 4 : 2));
    const own = Array.from(draws.subarray(16 * (x % 4), 16 * ((x % 4) + 1)));
    return Math.log(mean(own.map((z) => Math.exp(-0.5 * ((x - z) ** 2 + logTwoPi)))));
  });
  expect(found.map(({ forward }) => forward.logEvidence)).toEqual(expected.map((value) => expect.closeTo(value, 4)));
});

it.each([1, 3])('annealedImportance of %i chains moves with ε = ½·D^(−1/4) at first, ±20 %%', async (chains) => {
  const dim = 16;
  const pass = fold(key(17), 'forward', 0);
  const [start, momentum] = [fold(pass, 'start'), fold(pass, 'momentum', 0)].map((of) => drawNormal(of, chains * dim));
  const uniforms = drawUniform(fold(pass, 'uniform', 0), 2 * chains);
  // one leapfrog step under N(0, I): half a kick, a drift, half a kick
  const acceptance = Array.from({ length: chains }, (_, row) => {
    const epsilon = 0.25 * (0.8 + 0.4 * uniforms[chains + row]!);
    let change = 0;
    for (let d = row * dim; d < (row + 1) * dim; d++) {
      const [z, p] = [start![d]!, momentum![d]!];
      const middle = p - 0.5 * epsilon * z;
      const moved = z + epsilon * middle;
      change += 0.5 * (moved ** 2 + (middle - 0.5 * epsilon * moved) ** 2 - z ** 2 - p ** 2);
    }
    return Math.min(1, Math.exp(-change));
  });
  const { forward } = await annealedImportance(
    options({
      pathAt: () => ({ initial: standardNormal(dim), logRatio: (z): Tensor1D => tf.mul(tf.sum(z, 1), 0) }),
      noise: { kind: 'normal', width: dim },
      data: dataPoints(Float32Array.of(0), 1),
      temperatures: [0, 0.5, 1],
      chains,
    }),
  );
  expect(mean(acceptance)).toBeLessThan(0.9999);
  expect(forward.acceptance).toBeCloseTo(mean(acceptance), 5);
});

/** One data point, five chains, two transitions in each pass. */
const ofOne = (rest: Partial<AnnealedImportanceOptions> = {}) =>
  options({ data: dataPoints(Float32Array.of(1), 1), temperatures: [0, 0.3, 0.6, 1], chains: 5, ...rest });
const latents = dataPoints(Float32Array.of(0.5), 1);

it('annealedImportance in both directions tells of the transitions of four pilot chains and of twice all chains', async () => {
  const shares: number[] = [];
  await annealedImportance(ofOne({ latents, onProgress: (share) => shares.push(share) }));
  expect(shares).toEqual([4, 8, 13, 18, 23, 28].map((done) => expect.closeTo(done / 28, 12)));
});

it.each([
  ['forward', 3, {}],
  ['reverse', 5, { latents }],
] as const)('annealedImportance leaves out data points whose %s chains a signal ended', async (_, last, rest) => {
  const controller = new AbortController();
  let transitions = 0;
  const onProgress = () => {
    if (++transitions === last) controller.abort();
  };
  const { images } = await annealedImportance(ofOne({ ...rest, onProgress, signal: controller.signal }));
  expect([images, transitions]).toEqual([0, last]);
});

it('annealedImportance names the data point whose weights are not numbers by its place among all', async () => {
  const pathAt: AnnealedImportanceOptions['pathAt'] = (x) => ({
    initial: standardNormal(1),
    logRatio: (z): Tensor1D => tf.sqrt(tf.sub(4.5, tf.add(tf.sum(x, 1), tf.mul(tf.sum(z, 1), 0)))), // NaN from 5 on
  });
  await expect(annealedImportance(options({ pathAt }))).rejects.toThrow('annealedImportance: data point 5: expected');
});

it.each([
  ['stand still', [0, 0.5, 0.5, 1], '[0, 0.5, 0.5, 1]'],
  ['are ten, and shows eight of them', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], '[1, 2, 3, 4, 5, 6, 7, 8]'],
  ['are none', [], '[]'],
])('annealedImportance refuses temperatures that %s', async (_, temperatures, said) => {
  await expect(annealedImportance(options({ temperatures }))).rejects.toThrow(
    `annealedImportance: temperatures: expected numbers that rise from 0 to 1, got ${said}`,
  );
});
