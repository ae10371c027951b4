// A scale that governs the width of nine other variables.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { densityOf, HALF_LOG_TWO_PI, logNormal, momentsOfEach, type TargetDensity, total } from './target-density.ts';

const STD = 3;
const COUNT = 9;

/** v ~ N(0, 3²), x_i given v ~ N(0, e^v), i = 1 … 9. */
export const funnel: TargetDensity = {
  name: 'funnel',
  title: 'a funnel in ten dimensions',
  source: 'Neal 2003, "Slice sampling", Annals of Statistics 31, section 8',
  parameters: { v: 'real', x: `real[${COUNT}]` },
  logDensity: densityOf('funnel', { v: [], x: [COUNT] }, ({ v, x }: { v: Tensor1D; x: Tensor2D }) => {
    const squares = tf.mul(total(tf.square(x)), tf.exp(tf.neg(v)));
    const given = tf.mul(tf.add(tf.add(squares, tf.mul(v, COUNT)), 2 * COUNT * HALF_LOG_TWO_PI), -0.5);
    return tf.add<Tensor1D>(logNormal(v, 0, STD), given);
  }),
  logZ: 0,
  moments: { v: { mean: 0, std: STD }, ...momentsOfEach('x', COUNT, () => ({ mean: 0, std: Math.exp(STD ** 2 / 4) })) },
  reference: 'closed form: the density is normalised, and Var x = E e^v = e^(9/2)',
};
