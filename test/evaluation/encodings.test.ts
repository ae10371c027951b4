// Latents come a few data points at a time, for any number of draws, and the pieces form the whole.
import { diagonalNormal } from '@flowvae/distributions';
import { type Encoded, encodings } from '@flowvae/evaluation';
import { key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';

const [COUNT, DIM] = [7, 2];
const points = dataPoints(
  Float32Array.from({ length: COUNT * DIM }, (_, i) => i / 3),
  DIM,
);

/** N(x, e⁻²) of each row; it says nothing of its mean, so that this is one of draws. */
function infer(x: Tensor2D) {
  const {
    mean: _,
    klPerDimension: __,
    ...posterior
  } = diagonalNormal({ mean: x, logStd: tf.fill(x.shape, -1) as Tensor2D });
  return posterior;
}

/** All pieces, and how many data points each was of. */
async function encoded(samples: number) {
  const pieces: { readonly rows: number; readonly values: Encoded }[] = [];
  await encodings(
    {
      infer,
      noise: { kind: 'normal', width: DIM },
      data: points,
      samples,
      meanSamples: 2,
      key: key(5),
      engine: 'eager',
    },
    (values, { first, rows }) => {
      expect(first).toBe(pieces.reduce((sum, piece) => sum + piece.rows, 0));
      const { mean, z, logQ } = values;
      pieces.push({ rows, values: { mean: mean.slice(), z: z.slice(), logQ: logQ.slice() } });
    },
  );
  const all = (name: keyof Encoded) => pieces.flatMap(({ values }) => [...values[name]]);
  return { sizes: pieces.map(({ rows }) => rows), mean: all('mean'), z: all('z'), logQ: all('logQ') };
}

it.each([
  [300, [3, 3, 1]],
  [1500, [1, 1, 1, 1, 1, 1, 1]],
])('%i draws each: pieces of %j data points, with the draws of a single piece', async (samples, sizes) => {
  const [whole, parts] = [await encoded(3), await encoded(samples)];
  expect(whole.sizes).toEqual([COUNT]);
  expect(parts.sizes).toEqual(sizes);
  const firstDraws = (values: readonly number[], width: number) =>
    Array.from({ length: COUNT }, (_, i) => values.slice(i * samples * width, (i * samples + 3) * width)).flat();
  expect(differences('mean', parts.mean, whole.mean, 1e-6)).toEqual([]);
  expect(differences('z', firstDraws(parts.z, DIM), whole.z, 1e-6)).toEqual([]);
  expect(differences('log q', firstDraws(parts.logQ, 1), whole.logQ, 1e-5)).toEqual([]);
});
