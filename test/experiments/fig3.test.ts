// What the restarts of figure 3's fits differ in, and where they start.
import { key, parseInvertibleFlow, random, type Tensor2D, tf } from 'flowvae';
import { expect, it } from 'vitest';
import { restartSettings, settings, startOf } from '../../experiments/fig3/restarts.ts';
import { differences } from '../laws/comparison.ts';

it('restarts go through all step sizes with each spread of the offsets, then begin anew', () => {
  const { rates, planarOffsets } = settings;
  const all = planarOffsets.flatMap((offsets) => rates.map((rate) => ({ rate, planarOffsets: offsets })));
  const restarts = Array.from({ length: 2 * all.length }, (_, restart) => restartSettings(restart));
  expect(restarts).toEqual([...all, ...all]);
});

it('planar layers with offsets start as the identity, as do those without', () => {
  const flow = parseInvertibleFlow('planar*500', 2);
  const [none, spread] = [startOf(flow, key(1), 0), startOf(flow, key(1), 2)];
  expect(none).toEqual(flow.initialParams(key(1)));
  expect({ ...spread, b: none.b }).toEqual(none);
  const meanSquare = spread.b!.reduce((sum, b) => sum + b * b, 0) / spread.b!.length;
  expect(Math.abs(meanSquare - 4)).toBeLessThan(4 * 4 * Math.sqrt(2 / 500)); // four standard errors of a mean of 500 squares
  const z = random.normal(key(2), 2 * 30);
  const { y, logDet } = tf.tidy(() => {
    const params = Object.fromEntries(
      Object.entries(spread).map(([name, values]) => [name, tf.tensor(values, [1, ...flow.paramShapes[name]!])]),
    );
    const out = flow.forward(params as never, tf.tensor2d(z, [30, 2]) as Tensor2D);
    return { y: out.y.dataSync<'float32'>(), logDet: out.logDet.dataSync<'float32'>() };
  });
  expect(differences('y', y, Array.from(z), 1e-4)).toEqual([]);
  expect(
    differences(
      'logDet',
      logDet,
      Array.from(logDet, () => 0),
      1e-3,
    ),
  ).toEqual([]);
});
