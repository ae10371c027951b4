// Radial flows at their centre, where ‖z − z₀‖ has no gradient and the log-det's gradient towards it may be huge.
import { radial } from '@flowvae/flows';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

/** α = softplus(a), σ = softplus(b). */
const paramsOf = (a: number, b: number) => ({
  z0: tf.tensor3d([[[6.5, 4.25]]]),
  alpha: tf.tensor2d([[a]]),
  beta: tf.tensor2d([[b]]),
});

it.each([
  [0, 0],
  [-20, 15],
  [-33, 15],
  [15, -33],
])('the gradient of a radial log-det at the centre is 0, for a = %d, b = %d', (a, b) => {
  const flow = radial(2);
  const params = paramsOf(a, b);
  const centre = tf.tensor2d([[6.5, 4.25]]);
  for (const logDet of [
    (z: Tensor2D) => flow.forward(params, z).logDet,
    (z: Tensor2D) => flow.inverse(params, z).logDet,
  ]) {
    const gradient = tf.tidy(() => tf.grad((z) => logDet(z as Tensor2D))(centre));
    expect([...gradient.dataSync()].map(Math.abs)).toEqual([0, 0]);
  }
});

it('the gradient of a radial map at the centre is σ/α, the slope there', () => {
  const params = paramsOf(-20, 15);
  const gradient = tf.tidy(() =>
    tf.grad((z) => tf.sum(radial(2).forward(params, z as Tensor2D).y))(tf.tensor2d([[6.5, 4.25]])),
  );
  const [alpha, sigma] = [-20, 15].map((value) => Math.log1p(Math.exp(value))) as [number, number];
  for (const slope of gradient.dataSync()) expect(slope / (sigma / alpha)).toBeCloseTo(1, 5);
});
