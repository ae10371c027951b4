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
import { type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

const zeros = (...shape: number[]) => tf.zeros(shape);
/** Three components in two dimensions. */
const mixture = () =>
  normalMixture({
    logits: zeros(1, 3) as Tensor2D,
    mean: zeros(3, 2) as Tensor2D,
    logStd: zeros(3, 2) as Tensor2D,
  });

it.each<[string, () => unknown, string]>([
  [
    'normalMixture of other logits',
    () =>
      normalMixture({
        logits: zeros(1, 3) as Tensor2D,
        mean: zeros(2, 2) as Tensor2D,
        logStd: zeros(2, 2) as Tensor2D,
      }),
    'normalMixture: logits: expected [1, 2], got [1, 3]',
  ],
  [
    'normalMixture of other deviations',
    () =>
      normalMixture({
        logits: zeros(1, 2) as Tensor2D,
        mean: zeros(2, 2) as Tensor2D,
        logStd: zeros(2, 3) as Tensor2D,
      }),
    'normalMixture: logStd: expected [2, 2], got [2, 3]',
  ],
  [
    'normalMixture without components',
    () =>
      normalMixture({
        logits: zeros(1, 0) as Tensor2D,
        mean: zeros(0, 2) as Tensor2D,
        logStd: zeros(0, 2) as Tensor2D,
      }),
    'normalMixture: mean: expected at least one component, got none',
  ],
  [
    'normalMixture at other noise',
    () => mixture().sampleAndLogProb(zeros(1, 3) as Tensor2D),
    'normalMixture.sampleAndLogProb: noise: expected [batch, 4], got [1, 3]',
  ],
  [
    'normalMixture at other z',
    () => mixture().logProb(zeros(1, 3) as Tensor2D),
    'normalMixture.logProb: z: expected [batch, 2], got [1, 3]',
  ],
  [
    'uniformBox at other noise',
    () => uniformBox([0], [1]).sampleAndLogProb(zeros(1, 2) as Tensor2D),
    'uniformBox.sampleAndLogProb: noise: expected [batch, 1], got [1, 2]',
  ],
  [
    'uniformBox at other z',
    () => uniformBox([0], [1]).logProb(zeros(1, 2) as Tensor2D),
    'uniformBox.logProb: z: expected [batch, 1], got [1, 2]',
  ],
  [
    'standardNormal at other z',
    () => standardNormal(2).logProb(zeros(1, 3) as Tensor2D),
    'standardNormal.logProb: z: expected [batch, 2], got [1, 3]',
  ],
  [
    'categorical of 255 levels',
    () => categorical({ logits: zeros(1, 1, 255) as Tensor3D }),
    'categorical: logits: expected [batch, width, 256], got [1, 1, 255]',
  ],
  [
    'gaussian of other deviations',
    () => gaussian({ mean: zeros(1, 2) as Tensor2D, logStd: zeros(1, 3) as Tensor2D }),
    'gaussian: logStd: expected [1, 2], got [1, 3]',
  ],
  [
    'logitNormal of other deviations',
    () => logitNormal({ mean: zeros(1, 2) as Tensor2D, logStd: zeros(1, 3) as Tensor2D }),
    'logitNormal: logStd: expected [1, 2], got [1, 3]',
  ],
  [
    'logisticMixture of other means',
    () =>
      logisticMixture({
        logits: zeros(1, 2, 3) as Tensor3D,
        mean: zeros(1, 2, 4) as Tensor3D,
        logScale: zeros(1, 2, 3) as Tensor3D,
      }),
    'logisticMixture: mean: expected [1, 2, 3], got [1, 2, 4]',
  ],
  [
    'logisticMixture of other scales',
    () =>
      logisticMixture({
        logits: zeros(1, 2, 3) as Tensor3D,
        mean: zeros(1, 2, 3) as Tensor3D,
        logScale: zeros(1, 1, 3) as Tensor3D,
      }),
    'logisticMixture: logScale: expected [1, 2, 3], got [1, 1, 3]',
  ],
  [
    'gaussian at each x of another width',
    () =>
      gaussian({ mean: zeros(2, 2) as Tensor2D, logStd: zeros(1, 1) as Tensor2D }).logProbOfEach(
        zeros(2, 1) as Tensor2D,
      ),
    'gaussian.logProbOfEach: x: expected [batch, 2], got [2, 1]',
  ],
  [
    'gaussian at other rows of x',
    () => gaussian({ mean: zeros(2, 2) as Tensor2D, logStd: zeros(1, 1) as Tensor2D }).logProb(zeros(3, 2) as Tensor2D),
    'gaussian.logProb: x: expected 2 rows, or 1 for all rows of parameters, got 3 rows',
  ],
  [
    'negativeBinomial of other dispersions',
    () => negativeBinomial({ logMean: zeros(2, 3) as Tensor2D, logDispersion: zeros(2, 2) as Tensor2D }),
    'negativeBinomial: logDispersion: expected [1 or 2, 1 or 3], got [2, 2]',
  ],
  [
    'negativeBinomial of a dispersion of one axis',
    () => negativeBinomial({ logMean: zeros(2, 3) as Tensor2D, logDispersion: zeros(3) as unknown as Tensor2D }),
    'negativeBinomial: logDispersion: expected [1 or 2, 1 or 3], got [3]',
  ],
])('%s is refused', (_, make, text) => {
  expect(() => tf.tidy(() => void make())).toThrow(text);
});
