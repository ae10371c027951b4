// Shapes and parameters that do not fit a distribution, each refused by name.
import {
  categorical,
  gaussian,
  logisticMixture,
  logitNormal,
  negativeBinomial,
  normalMixture,
  standardNormal,
  uniformBox,
} from '@flowvae/distributions';
import { type Rank, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

const matrix = (rows: number, columns: number) => tf.zeros<Rank.R2>([rows, columns]);
const cube = (rows: number, columns: number, depth: number) => tf.zeros<Rank.R3>([rows, columns, depth]);
type Size = readonly [rows: number, columns: number];
/** A mixture whose logits, means and deviations have these sizes; by default three components in two dimensions. */
const mixture = (logits: Size = [1, 3], mean: Size = [3, 2], logStd: Size = [3, 2]) =>
  normalMixture({ logits: matrix(...logits), mean: matrix(...mean), logStd: matrix(...logStd) });

it.each<[string, () => unknown, string]>([
  [
    'normalMixture of other logits',
    () => mixture([1, 3], [2, 2], [2, 2]),
    'normalMixture: logits: expected [1, 2], got [1, 3]',
  ],
  [
    'normalMixture of other deviations',
    () => mixture([1, 2], [2, 2], [2, 3]),
    'normalMixture: logStd: expected [2, 2], got [2, 3]',
  ],
  [
    'normalMixture without components',
    () => mixture([1, 0], [0, 2], [0, 2]),
    'normalMixture: mean: expected at least one component, got none',
  ],
  [
    'normalMixture at other noise',
    () => mixture().sampleAndLogProb(matrix(1, 3)),
    'normalMixture.sampleAndLogProb: noise: expected [batch, 4], got [1, 3]',
  ],
  [
    'normalMixture at other z',
    () => mixture().logProb(matrix(1, 3)),
    'normalMixture.logProb: z: expected [batch, 2], got [1, 3]',
  ],
  [
    'uniformBox at other noise',
    () => uniformBox([0], [1]).sampleAndLogProb(matrix(1, 2)),
    'uniformBox.sampleAndLogProb: noise: expected [batch, 1], got [1, 2]',
  ],
  [
    'uniformBox at other z',
    () => uniformBox([0], [1]).logProb(matrix(1, 2)),
    'uniformBox.logProb: z: expected [batch, 1], got [1, 2]',
  ],
  [
    'standardNormal at other z',
    () => standardNormal(2).logProb(matrix(1, 3)),
    'standardNormal.logProb: z: expected [batch, 2], got [1, 3]',
  ],
  [
    'categorical of 255 levels',
    () => categorical({ logits: cube(1, 1, 255) }),
    'categorical: logits: expected [batch, width, 256], got [1, 1, 255]',
  ],
  [
    'gaussian of other deviations',
    () => gaussian({ mean: matrix(1, 2), logStd: matrix(1, 3) }),
    'gaussian: logStd: expected [1, 2], got [1, 3]',
  ],
  [
    'logitNormal of other deviations',
    () => logitNormal({ mean: matrix(1, 2), logStd: matrix(1, 3) }),
    'logitNormal: logStd: expected [1, 2], got [1, 3]',
  ],
  [
    'logisticMixture of other means',
    () =>
      logisticMixture({
        logits: cube(1, 2, 3),
        mean: cube(1, 2, 4),
        logScale: cube(1, 2, 3),
      }),
    'logisticMixture: mean: expected [1, 2, 3], got [1, 2, 4]',
  ],
  [
    'logisticMixture of other scales',
    () =>
      logisticMixture({
        logits: cube(1, 2, 3),
        mean: cube(1, 2, 3),
        logScale: cube(1, 1, 3),
      }),
    'logisticMixture: logScale: expected [1, 2, 3], got [1, 1, 3]',
  ],
  [
    'gaussian at each x of another width',
    () => gaussian({ mean: matrix(2, 2), logStd: matrix(1, 1) }).logProbOfEach(matrix(2, 1)),
    'gaussian.logProbOfEach: x: expected [batch, 2], got [2, 1]',
  ],
  [
    'gaussian at other rows of x',
    () => gaussian({ mean: matrix(2, 2), logStd: matrix(1, 1) }).logProb(matrix(3, 2)),
    'gaussian.logProb: x: expected 2 rows, or 1 for all rows of parameters, got 3 rows',
  ],
  [
    'negativeBinomial of other dispersions',
    () => negativeBinomial({ logMean: matrix(2, 3), logDispersion: matrix(2, 2) }),
    'negativeBinomial: logDispersion: expected [1 or 2, 1 or 3], got [2, 2]',
  ],
  [
    'negativeBinomial of a dispersion of one axis',
    () => negativeBinomial({ logMean: matrix(2, 3), logDispersion: tf.zeros([3]) as unknown as Tensor2D }),
    'negativeBinomial: logDispersion: expected [1 or 2, 1 or 3], got [3]',
  ],
])('%s is refused', (_, make, text) => {
  expect(() => tf.tidy(() => void make())).toThrow(text);
});
