// Values and slopes of a log density at one point.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

type Density = (z: Tensor2D) => Tensor1D;

export const valueAt = (density: Density, x: number, y: number): number =>
  tf.tidy(() => density(tf.tensor2d([[x, y]])).dataSync()[0]!);

export const gradientAt = (density: Density, x: number, y: number): number[] =>
  tf.tidy(() => [
    ...tf
      .grad((z) => tf.sum(density(z as Tensor2D)))(tf.tensor2d([[x, y]]))
      .dataSync(),
  ]);
