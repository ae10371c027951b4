// Observations of standardised data, turned back to the units of the data.
import { checkShape, ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';

/** x' = (x − mean)/scale; both [1, P], every scale positive. */
export interface Units {
  readonly mean: Tensor2D;
  readonly scale: Tensor2D;
}

/**
 * Data in standard units: x' = (x − mean)/scale, [B, P].
 *
 * The difference comes first: float32 takes it without error where x lies within a factor of 2 of the mean, so x' keeps
 * all digits that x has. x itself is rounded to |x|·6e-8, so x' is only as fine as |mean|/scale·6e-8.
 */
export const standardised = (x: Tensor2D, { mean, scale }: Units): Tensor2D => tf.div(tf.sub(x, mean), scale);

/**
 * A distribution of x' = (x − mean)/scale as a distribution of x: log p(x) = log p(x') − Σ log scale. Means, draws and
 * the ends of the visible range are turned back: x = x'·scale + mean. `drawEnds` reads the units' values.
 *
 * Shapes: mean and scale [1, P]; x as for the given distribution. Units: nats.
 * @throws ShapeError if mean and scale are not one row each, of equal width; ExpectationError from `drawEnds` if the
 * ends differ between variables
 */
export function inDataUnits(p: Observation, units: Units): Observation {
  const { mean, scale } = units;
  checkShape('inDataUnits: mean', mean, [1, mean.shape[1]]);
  checkShape('inDataUnits: scale', scale, [1, mean.shape[1]]);
  const back = (x: Tensor2D): Tensor2D => tf.add(tf.mul(x, scale), mean);
  const logScale = (): Tensor2D => tf.log(scale);
  const logDet = (): Tensor1D => tf.sum(logScale(), 1); // [1]
  const { drawEnds } = p;
  return {
    noise: p.noise,
    ...(drawEnds ? endsIn(units, drawEnds) : {}),
    logProb: (x) => tf.sub(p.logProb(standardised(x, units)), logDet()),
    logProbOfEach: (x) => tf.sub(p.logProbOfEach(standardised(x, units)), logScale()),
    sampleAndLogProb(noise) {
      const { z, logProb, terms } = p.sampleAndLogProb(noise);
      const ofRows: Tensor1D = tf.mul(tf.onesLike(logProb), logDet());
      return { z: back(z), logProb: tf.sub(logProb, ofRows), terms: { ...terms, logDet: ofRows } };
    },
    mean: () => back(p.mean()),
    detached() {
      return inDataUnits(p.detached(), { mean: detach(mean), scale: detach(scale) }) as typeof this;
    },
  };
}

/** Computed when read: a traced function, which cannot read values, may make the distribution. */
const endsIn = ({ mean, scale }: Units, ends: readonly [number, number]): Pick<Observation, 'drawEnds'> => ({
  get drawEnds() {
    return endsOfAll(mean.dataSync<'float32'>(), scale.dataSync<'float32'>(), ends);
  },
});

/** With the rounding of a draw at an end. */
function endsOfAll(
  means: Float32Array,
  scales: Float32Array,
  [least, most]: readonly [number, number],
): readonly [number, number] {
  const shared = means.every((mean) => mean === means[0]) && scales.every((scale) => scale === scales[0]);
  if (!shared) {
    throw new ExpectationError({
      where: 'drawEnds',
      expected: 'one mean and one scale for all variables',
      received: 'others for some variables, so that the ends of the visible range differ',
      remedy: 'standardise all variables alike, or take a likelihood without ends',
    });
  }
  const end = (value: number) => Math.fround(Math.fround(value * scales[0]!) + means[0]!);
  return [end(least), end(most)];
}
