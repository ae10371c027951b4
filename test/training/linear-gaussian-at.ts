// The first linear-Gaussian model of the reference as a function of data, as training and evaluation take it.
import { diagonalNormal, standardNormal } from '@flowvae/distributions';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { DataPoints } from '@flowvae/training';
import { readCommitted } from '../reference/committed-json.ts';
import type { LinearGaussianReference } from '../reference/linear-gaussian.ts';

const [first] = readCommitted<LinearGaussianReference>('linear-gaussian').cases;

/** Two correlated latents, five observed variables. */
export const given = first!;

const { latent, observed, batch, weights, mean, sd, x, diagonalVariance } = given;

/** Its points. */
export const data: DataPoints = {
  count: batch,
  width: observed,
  row: (i) => Float32Array.from(Array.from(x).slice(i * observed, (i + 1) * observed)),
};

/**
 * p(x|z) = N(Wz + μ, σ²) and the best diagonal posterior: its mean is linear in x, M⁻¹Wᵀ(x − μ), solved here from the
 * reference's means.
 */
export function modelAt(points: Tensor2D) {
  const w = tf.tensor2d(Float32Array.from(weights), [observed, latent]);
  const centre = tf.tensor1d(Float32Array.from(mean));
  const logStd = tf.tensor2d(
    diagonalVariance.map((variance) => 0.5 * Math.log(variance)),
    [1, latent],
  );
  const posterior = diagonalNormal({ mean: tf.matMul(tf.sub(points, centre) as Tensor2D, regression()), logStd });
  const likelihood = (z: Tensor2D): Tensor1D => {
    const residual = tf.sub(points, tf.add(tf.matMul(z, w, false, true), centre));
    return tf.sub(
      tf.mul(tf.sum(tf.square(residual), 1), -0.5 / sd ** 2),
      observed * (Math.log(sd) + 0.5 * Math.log(2 * Math.PI)),
    );
  };
  return { prior: standardNormal(latent), posterior, likelihood };
}

/** W·M⁻¹, M = WᵀW + σ²I, for two latents in closed form. */
export function regression(): Tensor2D {
  const column = (j: number) => Array.from({ length: observed }, (_, i) => weights[i * latent + j]!);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const [c0, c1] = [column(0), column(1)];
  const [m00, m01, m11] = [dot(c0, c0) + sd ** 2, dot(c0, c1), dot(c1, c1) + sd ** 2];
  const determinant = m00 * m11 - m01 ** 2;
  const rows = c0.flatMap((a, i) => [(a * m11 - c1[i]! * m01) / determinant, (c1[i]! * m00 - a * m01) / determinant]);
  return tf.tensor2d(rows, [observed, latent]);
}
