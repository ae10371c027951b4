// Flows of pictures on several scales: the order of their numbers, their start from data, and a fit whose best value is
// known in closed form.
import { standardNormal } from '@flowvae/distributions';
import { logProbs, samples } from '@flowvae/evaluation';
import { actnorm, factorOut, free, glow, type ImageFlow, imageNice, imageRealnvp, pushForward } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { adam, dataPoints, fitDensity } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, shaped } from '../laws/evaluation.ts';
import { forwardOf } from '../laws/flow-inputs.ts';

describe('factorOut', () => {
  it('gives the first half of the channels to its flow, and puts them first', () => {
    const z = Float32Array.from({ length: 12 }, (_, i) => i);
    const flow = factorOut([2, 2, 3], actnorm(8));
    const { y, logDet } = eager(forwardOf(flow), {
      z: shaped(z, [1, 12]),
      shift: shaped(new Float32Array(8).fill(100), [1, 8]),
      logScale: shaped(new Float32Array(8).fill(0), [1, 8]),
    });
    expect(Array.from(y!)).toEqual([100, 101, 103, 104, 106, 107, 109, 110, 2, 5, 8, 11]);
    expect(Array.from(logDet!)).toEqual([0]);
  });

  it('refuses a flow of another dimension, and one channel', () => {
    expect(() => factorOut([2, 2, 3], actnorm(6))).toThrow(
      'factorOut: flow: expected a flow of 8 dimensions, h·w·⌈c/2⌉, got one of 6',
    );
    expect(() => factorOut([2, 2, 1], actnorm(2))).toThrow('factorOut: shape: expected 2 channels or more');
  });
});

/** Rows of a picture are chains of neighbours with this correlation; each row of pixels begins anew. */
const NEIGHBOURS = 0.9;
const SIDE = 4;
const DIM = SIDE * SIDE;

/** Pictures [rows, 16] of mean 3 and variance 4. */
function pictures(rows: number, seed: number): Float32Array {
  const values = drawNormal(key(seed), rows * DIM);
  for (let i = 0; i < values.length; i++) {
    if (i % SIDE > 0) values[i] = NEIGHBOURS * values[i - 1]! + Math.sqrt(1 - NEIGHBOURS ** 2) * values[i]!;
  }
  return values.map((value) => 3 + 2 * value);
}

/** The entropy of a picture, nats: that of independent pixels, less the neighbours' information. */
const ENTROPY =
  (DIM / 2) * Math.log(2 * Math.PI * Math.E * 4) + SIDE * (SIDE - 1) * 0.5 * Math.log(1 - NEIGHBOURS ** 2);

const sizes = { width: 4, blocks: 1 };
const flows: readonly (readonly [string, ImageFlow])[] = [
  ['glow', glow([SIDE, SIDE, 1], { ...sizes, levels: 1, steps: 2 })],
  ['glow of two levels', glow([SIDE, SIDE, 1], { ...sizes, levels: 2, steps: 1 })],
  ['imageRealnvp', imageRealnvp([SIDE, SIDE, 1], sizes)],
  ['imageRealnvp of one coupling each', imageRealnvp([SIDE, SIDE, 1], { ...sizes, couplings: 1 })],
  ['imageNice', imageNice([SIDE, SIDE, 1], sizes)],
];

/** The noise [rows, 16] of pictures at given parameters. */
function noiseOf(flow: ImageFlow, values: ReturnType<ImageFlow['initialParams']>, data: Float32Array): Float32Array {
  return tf.tidy(() => {
    const params = Object.entries(flow.paramShapes).map(([name, shape]) => [
      name,
      tf.tensor(values[name]!, [1, ...shape]),
    ]);
    return flow.inverse(Object.fromEntries(params), tf.tensor2d(data, [data.length / DIM, DIM])).z.dataSync();
  }) as Float32Array;
}

const meanAndVariance = (values: Float32Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
};

it.each(flows)('%s started from data sends them to noise of mean 0 and variance 1', (_, flow) => {
  const data = pictures(50, 1);
  const batch = tf.tensor2d(data, [50, DIM]);
  const before = tf.memory().numTensors;
  const started = flow.initialParamsFrom(key(2), batch);
  expect(tf.memory().numTensors).toBe(before);
  batch.dispose();
  expect(differences('moments', meanAndVariance(noiseOf(flow, started, data)), [0, 1], 1e-3)).toEqual([]);
  // without the data the moments are those of the pictures
  const plain = noiseOf(flow, flow.initialParams(key(2)), data);
  expect(differences('moments', meanAndVariance(plain), meanAndVariance(data), 1e-4)).toEqual([]);
  const ofNetworks = (values: typeof started) =>
    Object.entries(values).filter(([name]) => /kernel|bias|lower|upper/.test(name));
  expect(ofNetworks(started)).toEqual(ofNetworks(flow.initialParams(key(2))));
});

it('glow fitted to pictures with correlated neighbours comes near their entropy, and draws such pictures', async () => {
  const flow = glow([SIDE, SIDE, 1], { width: 8, levels: 1, steps: 3 });
  const data = pictures(2000, 3);
  const { variables } = free(
    flow.paramShapes,
    tf.tidy(() => flow.initialParamsFrom(key(4), tf.tensor2d(data, [2000, DIM]) as Tensor2D)),
  );
  const density = pushForward(standardNormal(DIM), flow, variables);
  const points = dataPoints(data, DIM);
  await fitDensity(density, {
    variables,
    data: points,
    optimizer: adam(5e-3),
    steps: 200,
    batchSize: 100,
    key: key(5),
  });
  const scores = await logProbs(density, dataPoints(pictures(1000, 6), DIM), { variables });
  const nll = -scores.reduce((sum, value) => sum + value, 0) / scores.length;
  expect(nll).toBeGreaterThan(ENTROPY - 0.3); // the scores' standard error is 0.09
  expect(nll).toBeLessThan(ENTROPY + 0.8);
  const drawn = await samples(density, { count: 2000, key: fold(key(7), 'drawn'), variables });
  const centred = Float32Array.from(drawn, (value) => (value - 3) / 2);
  const products = [...centred.entries()].filter(([i]) => i % SIDE > 0).map(([i, value]) => value * centred[i - 1]!);
  const correlation = products.reduce((sum, value) => sum + value, 0) / products.length;
  expect(Math.abs(correlation - NEIGHBOURS)).toBeLessThan(0.1);
});

it('glow and imageRealnvp refuse sides that cannot be halved often enough', () => {
  expect(() => glow([6, 4, 1], { levels: 2 })).toThrow(
    'glow: shape: expected [height, width, channels], whole numbers from 1, height and width multiples of 4, got [6,4,1]; pad the pictures, or take at most 1 level',
  );
  expect(() => imageRealnvp([6, 4, 1], { levels: 2 })).toThrow('imageRealnvp: shape: expected');
  expect(() => glow([28, 28, 1], { levels: 3 })).toThrow('pad the pictures, or take at most 2 levels');
  expect(() => glow([7, 28, 1], { levels: 1 })).toThrow(/; pad the pictures$/);
  expect(() => imageRealnvp([2, 2, 1])).toThrow('checkerboardCoupling: shape: expected 2 pixels or more, got 1');
  expect(() => glow([4, 4, 1], { steps: 0 })).toThrow('glow: steps: expected');
});
