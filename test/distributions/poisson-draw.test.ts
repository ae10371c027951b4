// Poisson draws at high rates against their expansion in float64.
import { tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { poissonDraw } from '../../packages/distributions/src/observations/counts/poisson-draw.ts';

it('poisson draws beyond rate 10 are the expansion of Giles 2016 in float64, rounded down', () => {
  const COUNT = 40_000;
  const rates = Float32Array.from({ length: COUNT }, (_, i) => 10.01 * (i % 4 ? 1.2 : 100) ** (i / COUNT));
  const normals = Float32Array.from({ length: COUNT }, (_, i) => 5.5 * Math.sin(i));
  const drawn = tf.tidy(() =>
    poissonDraw(tf.tensor2d(normals, [COUNT, 1]), tf.tensor2d(rates, [COUNT, 1])).dataSync<'float32'>(),
  );
  const wrong = drawn.filter((value, i) => {
    const [w, rate] = [normals[i]!, rates[i]!];
    const corrections =
      (2 + w ** 2) / 6 - (2 * w + w ** 3) / (72 * Math.sqrt(rate)) + (3 * w ** 4 + 7 * w ** 2 - 16) / (810 * rate);
    return value !== Math.max(0, Math.floor(rate + Math.sqrt(rate) * w + corrections));
  });
  expect(wrong.length).toBeLessThanOrEqual(2); // beside a whole number float32 may round to the other side
});
