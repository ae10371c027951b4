// A density tried at a few points, so that a mistake in it shows before anything is written.
import type { Target } from '@flowvae/inference';
import { drawNormal, key } from '@flowvae/random';
import { ExpectationError, ShapeError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

const POINTS = 3;

/** Relative difference that rounding in float32 may make between one row and several. */
const ROUNDING = 1e-3;

/**
 * Evaluates a density and its gradient at three points, together and one by one.
 *
 * @param where names the density in errors
 * @throws ExpectationError for an error of the density's own, a result of another shape, one without gradient, or rows
 * that depend on each other
 */
export function tryTarget({ dim, logDensity }: Target, where: string): void {
  const expected = 'log densities [B] of points z [B, D], by operations that have gradients';
  const refuse = (received: string) => {
    throw new ExpectationError({ where, expected, received });
  };
  tf.tidy(() => {
    const points = tf.tensor2d(drawNormal(key(0), POINTS * dim), [POINTS, dim]);
    const together = attempt(() => logDensity(points), refuse);
    if (together.shape.length !== 1 || together.shape[0] !== POINTS) {
      refuse(`[${together.shape.join(', ')}] of points [${points.shape.join(', ')}]`);
    }
    attempt(() => tf.grad((z) => tf.sum(logDensity(z as Tensor2D)))(points), refuse);
    const alone = Array.from({ length: POINTS }, (_, i) => logDensity(tf.slice(points, [i, 0], [1, dim])));
    const values = together.dataSync<'float32'>();
    alone.forEach((row, i) => {
      const [value] = (row as Tensor1D).dataSync<'float32'>();
      if (!isSame(values[i]!, value!)) refuse(`a row that depends on others: ${values[i]} among three, ${value} alone`);
    });
  });
}

/** Values that are not finite say nothing. */
const isSame = (a: number, b: number): boolean =>
  !Number.isFinite(a) || !Number.isFinite(b) || Math.abs(a - b) <= ROUNDING * (1 + Math.abs(a));

function attempt<T>(work: () => T, refuse: (received: string) => void): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ExpectationError) || error instanceof ShapeError) refuse(String(error).split('\n')[0]!);
    throw error;
  }
}
