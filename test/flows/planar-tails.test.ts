// Gradients where wᵀu ≪ 0: value and derivative of the log-det are made of the same tails, and none of them may be cut off.
import { compile } from '@flowvae/compiler';
import { standardNormal } from '@flowvae/distributions';
import { planar, pushForward } from '@flowvae/flows';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

const dots = [-10, -12, -14, -16, -17, -18, -20, -40, -60];
const params = (u: Tensor) => ({ w: tf.ones([1, 1, 1]), u, b: tf.zeros([1, 1]) });

/** With D = 1, w = 1, z = 0: log-det = log softplus(u), whose derivative by u is σ(u)/softplus(u). */
const logDetGradient = (u: Tensor) => tf.grad((x) => tf.sum(planar(1).forward(params(x), tf.zeros([1, 1])).logDet))(u);

/** z = 0 maps to y = 0, so dz/dy there is 1/softplus(u). */
function inverseSlope(u: Tensor): Tensor {
  return tf.grad((y) => tf.sum(planar(1).inverse(params(u), y as Tensor2D).z))(tf.zeros([1, 1]));
}

const softplus = (x: number) => Math.log1p(Math.exp(x));

async function compiled(fn: (u: Tensor) => Tensor, u: number): Promise<number> {
  const run = await compile(({ u: given }) => ({ y: fn(given!) })).specialise({ u: [1, 1, 1] });
  return (await run.run({ u: Float32Array.of(u) })).y![0]!;
}

const eager = (fn: (u: Tensor) => Tensor, u: number) => tf.tidy(() => fn(tf.fill([1, 1, 1], u)).dataSync()[0]!);

describe.each(dots)('wᵀu = %d, t = 0', (u) => {
  it('the gradient of the log-det is σ(a)/softplus(a)', async () => {
    const exact = 1 / (1 + Math.exp(-u)) / softplus(u);
    expect(Math.abs(eager(logDetGradient, u) / exact - 1)).toBeLessThan(1e-5);
    expect(Math.abs((await compiled(logDetGradient, u)) / exact - 1)).toBeLessThan(1e-5);
  });

  it('the gradient of the inverse is 1/softplus(a)', async () => {
    expect(Math.abs(eager(inverseSlope, u) * softplus(u) - 1)).toBeLessThan(1e-5);
    expect(Math.abs((await compiled(inverseSlope, u)) * softplus(u) - 1)).toBeLessThan(1e-5);
  });
});

it('the density scores where a layer is nearly flat', () => {
  const q = pushForward(standardNormal(1), planar(1), params(tf.fill([1, 1, 1], -20)));
  const { z, logProb } = q.sampleAndLogProb(tf.tensor2d([[0]]));
  expect(q.logProb(z).dataSync()[0]).toBeCloseTo(logProb.dataSync()[0]!, 4);
});
