// Targets on the plane with several modes, or a hole.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { COMPONENTS, centres, RADIUS, STD } from '../toys/eight-gaussians.ts';
import { byQuadrature, densityOf, HALF_LOG_TWO_PI, type Moments, type TargetDensity } from './target-density.ts';

const alike = (std: number): Readonly<Record<string, Moments>> => {
  return { 'z[0]': { mean: 0, std }, 'z[1]': { mean: 0, std } };
};

/** Eight normals of deviation 0.3, equally weighted, on a circle of radius 3. */
export const eightGaussians: TargetDensity = {
  name: 'eight-gaussians',
  title: 'eight normals on a circle',
  source: 'the toy data of this package, common since Metz et al. 2017, arXiv:1611.02163',
  parameters: { z: 'real[2]' },
  logDensity: densityOf('eight-gaussians', { z: [2] }, ({ z }: { z: Tensor2D }) => {
    const distances = [0, 1].map((axis) => {
      const places = tf.tensor2d(
        centres.map((centre) => centre[axis]!),
        [1, COMPONENTS],
      );
      return tf.square(tf.sub(tf.slice(z, [0, axis], [-1, 1]), places));
    });
    const exponents = tf.mul(tf.add(distances[0]!, distances[1]!), -0.5 / STD ** 2);
    const logMass = Math.log(COMPONENTS) + 2 * Math.log(STD) + 2 * HALF_LOG_TWO_PI;
    return tf.sub<Tensor1D>(tf.logSumExp<Tensor1D>(exponents, 1), logMass);
  }),
  logZ: 0,
  moments: alike(Math.sqrt(RADIUS ** 2 / 2 + STD ** 2)),
  reference: 'closed form: the density is normalised',
};

const RING = { radius: 2, width: 0.25 } as const;

/** exp(−½((‖z‖ − 2)/0.25)²). */
export const ring: TargetDensity = {
  name: 'ring',
  title: 'a ring',
  source: 'the first term of U1 of Rezende & Mohamed 2015, arXiv:1505.05770, table 1, of width 0.25',
  parameters: { z: 'real[2]' },
  logDensity: densityOf('ring', { z: [2] }, ({ z }: { z: Tensor2D }) => {
    // the small number only keeps the gradient of the norm finite at 0
    const norm = tf.sqrt(tf.add(tf.sum<Tensor1D>(tf.square(z), 1), 1e-12));
    return tf.mul<Tensor1D>(tf.square(tf.div(tf.sub(norm, RING.radius), RING.width)), -0.5);
  }),
  logZ: 2.063668419054073,
  moments: alike(1.446979613),
  reference: byQuadrature('quadrature over the radius; the means by symmetry'),
};
