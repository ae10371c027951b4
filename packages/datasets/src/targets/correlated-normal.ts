// A normal of 50 dimensions with neighbours that correlate.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { densityOf, HALF_LOG_TWO_PI, momentsOfEach, type TargetDensity, total } from './target-density.ts';

const DIM = 50;
const CORRELATION = 0.9;

const meanOf = (i: number) => Math.sin(i);
const stdOf = (i: number) => 0.5 * 4 ** (i / (DIM - 1));

const row = (of: (i: number) => number) =>
  tf.tensor2d(
    Float32Array.from({ length: DIM }, (_, i) => of(i)),
    [1, DIM],
  );

/** Deviation of a standardised coordinate, given the one before it. */
const STEP = Math.sqrt(1 - CORRELATION ** 2);

const LOG_SCALE =
  Array.from({ length: DIM }, (_, i) => Math.log(stdOf(i))).reduce((sum, each) => sum + each, 0) +
  (DIM - 1) * Math.log(STEP) +
  DIM * HALF_LOG_TWO_PI;

/** x_i has mean sin i and deviation 0.5·4^(i/49); the correlation of x_i and x_j is 0.9^|i − j|. */
export const correlatedNormal: TargetDensity = {
  name: 'correlated-normal',
  title: `a correlated normal of ${DIM} dimensions`,
  source: 'an autoregressive process of order 1, scaled; of this package',
  parameters: { x: `real[${DIM}]` },
  logDensity: densityOf('correlated-normal', { x: [DIM] }, ({ x }: { x: Tensor2D }) => {
    const standard = tf.div(tf.sub(x, row(meanOf)), row(stdOf));
    const before = tf.slice(standard, [0, 0], [-1, DIM - 1]);
    const steps = tf.div(tf.sub(tf.slice(standard, [0, 1], [-1, DIM - 1]), tf.mul(before, CORRELATION)), STEP);
    const squares = tf.add(total(tf.square(steps)), total(tf.square(tf.slice(standard, [0, 0], [-1, 1]))));
    return tf.sub<Tensor1D>(tf.mul(squares, -0.5), LOG_SCALE);
  }),
  logZ: 0,
  moments: momentsOfEach('x', DIM, (i) => ({ mean: meanOf(i), std: stdOf(i) })),
  reference: 'closed form: the density is normalised',
};
