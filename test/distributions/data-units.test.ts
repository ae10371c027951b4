// Observations of standardised data in the units of the data: densities, draws, means and visible ends, in float64.
import {
  gaussian,
  inDataUnits,
  logitNormal,
  type Observation,
  observation,
  standardised,
  type Units,
} from '@flowvae/distributions';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { differences, float64Gradient, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { normalLogDensity } from '../reference/densities.ts';

const [P, B] = [3, 4];
/** float32 near a million is spaced by 1/16: x' of scale 2 is as fine as 1/32, and exact on that grid. */
const [means, scales] = [Float32Array.of(1e6, -0.3, 250), Float32Array.of(2, 1e-3, 40)];
const inside = drawNormal(key(1), B * P);
const x = Float32Array.from(inside, (value, i) => Math.fround(value * scales[i % P]! + means[i % P]!));
const inputs: Inputs = {
  centre: shaped(drawNormal(key(2), B * P), [B, P]),
  logStd: shaped([-0.4], [1, 1]),
  mean: shaped(means, [1, P]),
  scale: shaped(scales, [1, P]),
};
const noise = () => tf.tensor2d(drawNormal(key(3), B * P), [B, P]);

const at = ({ centre, logStd, mean, scale }: Tensors): Observation =>
  inDataUnits(gaussian({ mean: centre as Tensor2D, logStd: logStd as Tensor2D }), {
    mean: mean as Tensor2D,
    scale: scale as Tensor2D,
  });

const data = () => tf.tensor2d(x, [B, P]);
const everything = (given: Tensors) => {
  const p = at(given);
  const { z, logProb, terms } = p.sampleAndLogProb(noise());
  const gradients = withGradients(({ centre, logStd }) =>
    tf.sum(tf.mul(at({ ...given, centre: centre!, logStd: logStd! }).logProbOfEach(data()), tf.tensor1d([1, 0, -0.5]))),
  )({ centre: given.centre!, logStd: given.logStd! });
  const scores = { rows: p.logProb(data()), each: p.logProbOfEach(data()) };
  return { ...scores, z, logProb, again: p.logProb(z), logDet: terms.logDet!, mean: p.mean(), ...gradients };
};

/** log N(x; s·μ + c, s·σ) of every value, from the float32 numbers that the model has. */
const exactEach = (centre: ArrayLike<number>, logStd: number) =>
  Array.from(x, (value, i) => {
    const scale = scales[i % P]!;
    return normalLogDensity(value, scale * centre[i]! + means[i % P]!, scale * Math.exp(logStd));
  });

it('inDataUnits has the density of x, with |mean| ≫ scale: rows, values, gradients, compiled', async () => {
  const { centre, logStd } = inputs;
  const exact = exactEach(centre!.values, logStd!.values[0]!);
  const slopes = float64Gradient(
    (given) =>
      exactEach(given.centre!, given.logStd![0]!).reduce((sum, value, i) => sum + [1, 0, -0.5][i % P]! * value),
    { centre: centre!.values, logStd: logStd!.values },
  );
  for (const results of [eager(everything, inputs), await compiled(everything, inputs)]) {
    expect(differences('each', results.each!, exact, 2e-6)).toEqual([]);
    const sums = Array.from({ length: B }, (_, b) =>
      exact.slice(b * P, (b + 1) * P).reduce((sum, value) => sum + value),
    );
    expect(differences('rows', results.rows!, sums, 2e-6)).toEqual([]);
    for (const [name, slope] of Object.entries(slopes)) {
      expect(gradientDifferences(name, results[`gradient:${name}`]!, slope, 1e-5)).toEqual([]);
    }
  }
});

it('inDataUnits turns means and draws back, with the density of the draw', () => {
  const { mean, z, logProb, again, logDet } = eager(everything, inputs);
  const { centre, logStd } = inputs;
  const back = (values: ArrayLike<number>) => Array.from(values, (value, i) => value * scales[i % P]! + means[i % P]!);
  const epsilon = drawNormal(key(3), B * P);
  const drawn = Array.from(centre!.values, (value, i) => value + Math.exp(logStd!.values[0]!) * epsilon[i]!);
  expect(differences('mean', mean!, back(centre!.values), 2e-7)).toEqual([]);
  expect(differences('z', z!, back(drawn), 2e-7)).toEqual([]);
  const logScales = scales.reduce((sum, scale) => sum + Math.log(scale), 0);
  expect(differences('logDet', logDet!, new Array(B).fill(logScales), 1e-6)).toEqual([]);
  // the draw in data units is rounded to 1/16 near a million, 1/32 of its scale
  expect(differences('log p of draws', logProb!, again!, 0.1)).toEqual([]);
});

it('standardised keeps the digits of x: the difference is exact, and only the division rounds', () => {
  const { found } = eager(({ mean, scale }) => ({ found: standardised(data(), { mean, scale } as Units) }), inputs);
  const exact = Array.from(x, (value, i) => (value - means[i % P]!) / scales[i % P]!);
  expect(differences('standardised', found!, exact, 1e-7)).toEqual([]);
});

function bounded(mean: readonly number[], scale: readonly number[]): readonly number[] {
  const ends: number[] = [];
  tf.tidy(() => {
    const zero = tf.zeros([1, mean.length]) as Tensor2D;
    const units = { mean: tf.tensor2d([[...mean]]), scale: tf.tensor2d([[...scale]]) };
    ends.push(...inDataUnits(logitNormal({ mean: zero, logStd: tf.add(zero, 3) }), units).drawEnds!);
  });
  return ends;
}

it('inDataUnits turns the ends of the visible range back, those that draws take', () => {
  expect(bounded([-10, -10], [255, 255])).toEqual([-10, 245]);
  const { z } = eager(() => {
    const zero = tf.zeros([1, 1]) as Tensor2D;
    const units = { mean: tf.tensor2d([[0.1]]), scale: tf.tensor2d([[0.7]]) };
    const p = inDataUnits(logitNormal({ mean: zero, logStd: tf.add(zero, 4) }), units);
    return { z: p.sampleAndLogProb(tf.tensor2d([[-3], [3]])).z };
  }, {});
  expect([...z!]).toEqual(bounded([0.1], [0.7]));
  tf.tidy(() => {
    const zero = tf.zeros([1, 1]) as Tensor2D;
    const unbounded = gaussian({ mean: zero, logStd: zero });
    expect('drawEnds' in inDataUnits(unbounded, { mean: zero, scale: tf.ones([1, 1]) })).toBe(false);
  });
});

it('inDataUnits rounds ends of any size as draws are rounded', () => {
  const ends = [Math.fround(-0.3), Math.fround(0.7)] as const;
  for (const [i, scale] of drawNormal(key(4), 50).entries()) {
    tf.tidy(() => {
      const p = observation({
        name: 'cut',
        rows: 1,
        width: 1,
        noise: { kind: 'normal', width: 1 },
        drawEnds: ends,
        logProbOfEach: (at) => at,
        draw: (noise) => tf.clipByValue(noise, ...ends),
        mean: () => tf.zeros([1, 1]),
        detached: () => p,
      });
      const units = { mean: tf.tensor2d([[i / 7]]), scale: tf.tensor2d([[Math.abs(scale)]]) };
      const turned = inDataUnits(p, units);
      const { z } = turned.sampleAndLogProb(tf.tensor2d([[-9], [9]]));
      expect(turned.drawEnds).toEqual([...z.dataSync()]);
    });
  }
});

it('inDataUnits refuses ends that differ between variables, when they are asked for', () => {
  expect(() => bounded([0, 1], [255, 255])).toThrow(
    /^drawEnds: expected one mean and one scale for all variables, got others/,
  );
});

it('inDataUnits refuses units of another shape', () => {
  const zero = () => tf.zeros([1, 2]) as Tensor2D;
  const p = () => gaussian({ mean: zero(), logStd: tf.zeros([1, 1]) });
  expect(() => tf.tidy(() => void inDataUnits(p(), { mean: zero(), scale: tf.ones([1, 3]) }))).toThrow(
    'inDataUnits: scale: expected [1, 2], got [1, 3]',
  );
});
