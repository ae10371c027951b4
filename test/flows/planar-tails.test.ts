// Gradients where wᵀu ≪ 0: value and derivative of the log-det are made of the same tails, and none of them may be cut
// off.
import { compile } from '@flowvae/compiler';
import { standardNormal } from '@flowvae/distributions';
import { type Flow, planar, planarLeaky, pushForward } from '@flowvae/flows';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import {
  compiled as compiledArrays,
  eager as eagerly,
  type Inputs,
  shaped,
  type Tensors,
  withGradients,
} from '../laws/evaluation.ts';
import { weightedLoss } from '../laws/flow-gradient-laws.ts';
import { drawInputs, forwardOf, still } from '../laws/flow-inputs.ts';
import { staysFinite } from '../laws/flow-laws.ts';

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

it('the log-det at t = 0 is finite if softplus(a) is 0 in float32, and exact if not', async () => {
  const dots = [-60, -67, -90, -110, -1000];
  const logDetOf = ({ u }: Tensors) => {
    const sums = (given: Tensor) => planar(1).forward(params(given), tf.zeros([dots.length, 1])).logDet;
    return { logDet: sums(u!), gradient: tf.grad((x) => tf.sum(sums(x)))(u!) };
  };
  const inputs = { u: shaped(dots, [dots.length, 1, 1]) };
  for (const { logDet, gradient } of [eagerly(logDetOf, inputs), await compiledArrays(logDetOf, inputs)]) {
    expect(differences('logDet', logDet!.subarray(0, 2), dots.slice(0, 2), 1e-6)).toEqual([]);
    expect(
      logDet!.subarray(2).every((value) => value < -80 && Number.isFinite(value)),
      `${logDet}`,
    ).toBe(true);
    expect(gradient!.every(Number.isFinite), `${gradient}`).toBe(true);
  }
});

it.each<[string, Flow]>([
  ['planar', planar(3, 2)],
  ['planar-leaky', planarLeaky(3, 2)],
])('%s: values and gradients of both directions are finite for w = 0, where û = u', async (_, flow) => {
  expect(staysFinite(still(flow), 1)).toEqual([]);
  const gradients = await compiledArrays(withGradients(weightedLoss(still(flow))), drawInputs(flow, { scale: 1 }));
  for (const values of Object.values(gradients)) expect(values.every(Number.isFinite)).toBe(true);
  const { z: points, u: us, w, b } = drawInputs(flow, { scale: 1 });
  const without = (array: Inputs[string]) => shaped(new Float32Array(array.values.length), array.shape);
  const inputs = {
    z: points!,
    u: us!,
    w: without(w!),
    b: shaped(
      b!.values.map(() => 0.5),
      b!.shape,
    ),
  };
  const { y, logDet } = eagerly(forwardOf(flow), inputs);
  const h = flow.name === 'planar*2' ? Math.tanh(0.5) : 0.5;
  const [z, u] = [points!.values, us!.values];
  const moved = z.map((value, i) => {
    const [row, d] = [Math.floor(i / 3), i % 3];
    return value + h * (u[row * 6 + d]! + u[row * 6 + 3 + d]!);
  });
  expect(differences('y', y!, moved, 1e-6)).toEqual([]);
  expect(logDet!.every(Number.isFinite)).toBe(true);
});

it('the density scores points at which a layer is nearly flat', () => {
  const q = pushForward(standardNormal(1), planar(1), params(tf.fill([1, 1, 1], -20)));
  const { z, logProb } = q.sampleAndLogProb(tf.tensor2d([[0]]));
  expect(q.logProb(z).dataSync()[0]).toBeCloseTo(logProb.dataSync()[0]!, 4);
});
