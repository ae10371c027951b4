// A normal bent along a parabola.
import { type Tensor1D, tf } from '@flowvae/tensor';
import { densityOf, logNormal, type TargetDensity } from './target-density.ts';

const STD = 10;
const BEND = 0.03;

/** x1 ~ N(0, 10²), x2 given x1 ~ N(−0.03·(x1² − 100), 1). */
export const banana: TargetDensity = {
  name: 'banana',
  title: 'a normal bent along a parabola',
  source:
    'Haario, Saksman & Tamminen 1999, "Adaptive proposal distribution for random walk Metropolis algorithm", b = 0.03',
  parameters: { x1: 'real', x2: 'real' },
  logDensity: densityOf('banana', { x1: [], x2: [] }, ({ x1, x2 }: Record<'x1' | 'x2', Tensor1D>) => {
    const bent = tf.add(x2, tf.mul(tf.sub(tf.square(x1), STD ** 2), BEND));
    return tf.add<Tensor1D>(logNormal(x1, 0, STD), logNormal(bent, 0, 1));
  }),
  logZ: 0,
  moments: { x1: { mean: 0, std: STD }, x2: { mean: 0, std: Math.sqrt(1 + 2 * (BEND * STD ** 2) ** 2) } },
  reference: 'closed form: the density is normalised, and Var x1² = 2·10⁴',
};
