// A density tried at a few points, so that a mistake in it shows before anything is written.
import { tabulate } from '@flowvae/evaluation';
import type { Target } from '@flowvae/inference';
import { drawNormal, key } from '@flowvae/random';
import { ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints, type EngineName } from '@flowvae/training';

const POINTS = 3;

/** Draws of N(0, I), near which every fit begins: enough to fall on both sides of a missing constraint. */
const DRAWS = 256;

/** Relative difference that rounding in float32 may make between one row and several. */
const ROUNDING = 1e-3;

/** How a density is tried. */
interface Trial {
  /** Names the density in errors. */
  readonly where: string;
  /** The engine of the fit, which has to know all operations and their gradients. */
  readonly engine: EngineName;
}

/**
 * Evaluates a density at three points, together and one by one; then at draws of N(0, I), with its gradient.
 *
 * @throws ExpectationError for an error of the density's own, a result of another shape, one without gradient, rows
 * that depend on each other, or a value that is NaN or ∞; −∞ is a density of 0
 */
export async function tryTarget(target: Target, { where, engine }: Trial): Promise<void> {
  const { dim, logDensity } = target;
  const points = drawNormal(key(0), DRAWS * dim);
  try {
    tf.tidy(() => tryValues(logDensity, tf.tensor2d(points.subarray(0, POINTS * dim), [POINTS, dim]), where));
    const slope = tf.grad((z) => tf.sum(logDensity(z as Tensor2D)));
    const table = await tabulate(
      (z) => ({ logDensity: logDensity(z), values: target.values(z), slope: slope(z) }),
      dataPoints(points, dim),
      { engine },
    );
    refuseUndefined(target, table as Record<'logDensity' | 'values', Float32Array>, where);
  } catch (error) {
    if (error instanceof ExpectationError) throw error;
    throw refusal(String(error).split('\n')[0]!, where);
  }
}

/** A density that is NaN somewhere near the start would end the first step. */
function refuseUndefined(
  { columns }: Target,
  { logDensity, values }: Readonly<Record<'logDensity' | 'values', Float32Array>>,
  where: string,
): void {
  const bad = logDensity.findIndex((value) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
  if (bad < 0) return;
  const row = values.subarray(bad * columns.length, (bad + 1) * columns.length);
  const shown = columns.slice(0, MOST_SHOWN).map((name, i) => `${name} = ${row[i]!.toPrecision(3)}`);
  throw new ExpectationError({
    where,
    expected: 'a finite number or −∞ at every point',
    received: `${logDensity[bad]} at ${shown.join(', ')}${columns.length > MOST_SHOWN ? ', …' : ''}`,
    remedy: 'constrain the parameter that must not go there, as in parameters: { rate: "positive" }',
  });
}

/** Columns in an error. */
const MOST_SHOWN = 6;

function tryValues(logDensity: Target['logDensity'], points: Tensor2D, where: string): void {
  const together = logDensity(points);
  if (together?.shape?.length !== 1 || together.shape[0] !== POINTS) {
    const found = together?.shape ? `[${together.shape.join(', ')}]` : String(together);
    throw refusal(`${found} of points [${points.shape.join(', ')}]`, where);
  }
  const values = together.dataSync<'float32'>();
  for (let i = 0; i < POINTS; i++) {
    const alone = logDensity(tf.slice(points, [i, 0], [1, points.shape[1]])) as Tensor1D;
    const [value] = alone.dataSync<'float32'>();
    if (isSame(values[i]!, value!)) continue;
    throw refusal(`a row that depends on others: ${values[i]} among three, ${value} alone`, where);
  }
}

/** Values that are not finite say nothing. */
const isSame = (a: number, b: number): boolean =>
  !Number.isFinite(a) || !Number.isFinite(b) || Math.abs(a - b) <= ROUNDING * (1 + Math.abs(a));

const refusal = (received: string, where: string) =>
  new ExpectationError({
    where,
    expected: 'log densities [B] of points z [B, D], by operations that have gradients',
    received,
  });
