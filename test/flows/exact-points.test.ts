// Flows at single points and sizes, by hand: the floor of a slope, starts, names of layers, masks, one context.
import {
  actnormParams,
  fromNormflows,
  iaf,
  planar,
  radial,
  spline,
  sylvesterHouseholder,
  sylvesterOrthogonal,
  sylvesterTriangular,
} from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { solveUnitLower, solveUnitUpper } from '../../packages/flows/src/algebra/triangular.ts';
import { byMatrices, randomHalves } from '../../packages/flows/src/frames/mixing.ts';
import { differences } from '../laws/comparison.ts';
import { drawInputs } from '../laws/flow-inputs.ts';

const numbersOf = (make: () => Tensor): number[] => tf.tidy(() => Array.from(make().dataSync()));

it('planar has a finite log-det where the slope is 0 in float32, t = 0 and softplus(wᵀu) = 0', () => {
  const logDet = numbersOf(() => {
    const params = { w: tf.tensor3d([[[1, 0]]]), u: tf.tensor3d([[[-200, 0]]]), b: tf.zeros([1, 1]) };
    return planar(2).forward(params as never, tf.tensor2d([[0, 3]])).logDet;
  });
  expect(logDet[0]).toBeCloseTo(Math.log(1e-37), 2);
});

const identityDot = Math.log(Math.E - 1);

it('planar starts at wᵀu = log(e − 1) in every layer', () => {
  const { w, u, b } = planar(3, 4).initialParams!(key(1)) as unknown as Record<'w' | 'u' | 'b', Float32Array>;
  const dots = [0, 1, 2, 3].map((k) => [0, 1, 2].reduce((sum, d) => sum + w[3 * k + d]! * u[3 * k + d]!, 0));
  expect(differences('wᵀu', dots, new Array(4).fill(identityDot), 1e-6)).toEqual([]);
  expect(Array.from(b)).toEqual([0, 0, 0, 0]);
});

it.each([
  ['sylvester-o', sylvesterOrthogonal(3, 2, 2)],
  ['sylvester-h', sylvesterHouseholder(3, 1, 2)],
  ['sylvester-t', sylvesterTriangular(3, 2)],
] as const)('%s starts at r₁·r₂ = 0', (_, flow) => {
  const { product, upper1, upper2, diagonal2, b } = flow.initialParams!(key(1)) as unknown as Record<
    string,
    Float32Array
  >;
  expect(differences('product', product!, new Array(product!.length).fill(identityDot), 1e-7)).toEqual([]);
  for (const values of [upper1, upper2, diagonal2, b]) expect(values!.every((value) => value === 0)).toBe(true);
});

it('radial starts at α = 1 and β̂ = 0', () => {
  const { alpha, beta } = radial(3, 2).initialParams!(key(1)) as unknown as Record<string, Float32Array>;
  expect(differences('α', alpha!, [identityDot, identityDot], 1e-7)).toEqual([]);
  expect(beta).toEqual(alpha);
});

it.each([
  ['sylvester-t', sylvesterTriangular(3, 3)],
  ['iaf', iaf(3, { layers: 3, hidden: 4 })],
  ['spline', spline(3, { layers: 3, hidden: 4, bins: 3 })],
] as const)('%s*3 is its layers one after the other, each with a name of its own', (name, flow) => {
  const inputs = drawInputs(flow as never, { batch: 4, scale: 0.5 });
  tf.tidy(() => {
    const { z, ...params } = Object.fromEntries(
      Object.entries(inputs).map(([each, { values, shape }]) => [each, tf.tensor(values, [...shape])]),
    );
    const layers = flow.layers!(params as never);
    expect(layers.map((layer) => layer.name)).toEqual([0, 1, 2].map((k) => `${name}[${k}]`));
    let [y, logDet]: Tensor[] = [z!, tf.zeros([4])];
    for (const layer of layers) {
      const step = layer.flow.forward(layer.params as never, y as never);
      [y, logDet] = [step.y, tf.add(logDet!, step.logDet)];
    }
    const whole = flow.forward(params as never, z as never);
    expect(differences('y', y!.dataSync(), whole.y.dataSync(), 1e-5)).toEqual([]);
    expect(differences('logDet', logDet!.dataSync(), whole.logDet.dataSync(), 1e-5)).toEqual([]);
  });
});

it('a network takes a context as narrow as one feature', () => {
  const { contexts, shared, paramShapes } = iaf(2, { contextWidth: 1, hidden: 3 });
  expect(contexts).toEqual(['context']);
  expect(shared).toContain('contextKernel');
  expect([paramShapes.context, paramShapes.contextKernel]).toEqual([[1], [1, 3]]);
  expect(iaf(2, {}).contexts).toEqual([]);
});

it.each([2, 3, 4, 7])(
  'randomHalves of %i components keeps halves, each pair complementary, no half twice in a row',
  (dim) => {
    const layers = 60;
    const masks = randomHalves(dim, layers);
    const rows = Array.from({ length: layers }, (_, k) => Array.from(masks.subarray(k * dim, (k + 1) * dim)));
    expect(masks.length).toBe(layers * dim);
    for (const [k, row] of rows.entries()) {
      expect(row.every((value) => value === 0 || value === 1)).toBe(true);
      if (k % 2 === 1) expect(row).toEqual(rows[k - 1]!.map((value) => 1 - value));
      if (k > 0) expect(row).not.toEqual(rows[k - 1]);
    }
  },
);

it('triangular systems are solved from their own end, and so are their gradients', () => {
  // I + N with N = [[0, 0], [3, 0]] and c = (5, 7)
  const lower = () =>
    tf.tensor3d([
      [
        [0, 0],
        [3, 0],
      ],
    ]);
  const right = () => tf.tensor2d([[5, 7]]);
  expect(numbersOf(() => solveUnitLower(lower(), right()))).toEqual([5, -8]);
  expect(numbersOf(() => solveUnitUpper(lower(), right()))).toEqual([-16, 7]);
  const gradients = (solve: typeof solveUnitLower, weights: readonly number[]) =>
    numbersOf(() => {
      const loss = (n: Tensor, c: Tensor) => tf.sum(tf.mul(solve(n as never, c as never), tf.tensor1d([...weights])));
      const [byN, byC] = tf.grads(loss as (...args: Tensor[]) => Tensor)([lower(), right()]) as [Tensor, Tensor];
      return tf.concat([tf.slice(tf.reshape(byN, [4]), [2], [1]), tf.reshape(byC, [2])]);
    });
  // x₂ = c₂ − n·c₁, and x₁ = c₁ − n·c₂
  expect(gradients(solveUnitLower, [10, 2])).toEqual([-5 * 2, 10 - 3 * 2, 2]);
  expect(gradients(solveUnitUpper, [10, 2])).toEqual([-7 * 10, 10, 2 - 3 * 10]);
});

it('actnormParams shifts a column that hardly varies, and scales one that varies a little more', () => {
  const { shift, logScale } = tf.tidy(() =>
    actnormParams(
      tf.tensor2d([
        [1, 0, -1e-5],
        [1, 1e-7, 1e-5],
      ]),
    ),
  );
  expect(differences('shift', shift, [-1, -0.5e-7, 0], 1e-9)).toEqual([]);
  expect(differences('log-scale', logScale, [0, 0, -Math.log(1e-5)], 1e-4)).toEqual([]);
  expect(() => tf.tidy(() => void actnormParams(tf.tensor2d([[1]])))).toThrow('expected two rows or more, got 1');
});

it('fromNormflows passes over the dimension that a radial layer keeps as a number', () => {
  const of = (shape: readonly number[], ...values: number[]) => ({ shape, values: Float32Array.from(values) });
  const { flow } = fromNormflows({
    'flows.0.z_0': of([1, 2], 1, 2),
    'flows.0.alpha': of([1], 0.5),
    'flows.0.beta': of([1], 0.1),
    'flows.0.d': of([], 2),
  });
  expect(flow.name).toBe('radial');
});

it('fromNormflows makes one flow of layers of a kind that follow one another', () => {
  const layer = (k: number) => ({
    [`flows.${k}.w`]: { shape: [1, 2], values: Float32Array.of(1, k) },
    [`flows.${k}.u`]: { shape: [1, 2], values: Float32Array.of(k, 1) },
    [`flows.${k}.b`]: { shape: [1], values: Float32Array.of(k) },
  });
  const { flow, values } = fromNormflows({ ...layer(0), ...layer(1), ...layer(2) });
  expect(flow.name).toBe('planar*3');
  expect(Array.from(values.w!)).toEqual([1, 0, 1, 1, 1, 2]);
});

it('iaf lets the first component ask a context of one feature', () => {
  const flow = iaf(2, { contextWidth: 1, hidden: 4 });
  const { z, context: _, ...weights } = drawInputs(flow, { batch: 1, scale: 1 });
  const firstAt = (context: number) =>
    numbersOf(() => {
      const entries = Object.entries(weights).map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]);
      const params = { ...Object.fromEntries(entries), context: tf.tensor2d([[context]]) };
      return flow.forward(params, tf.tensor2d(z!.values, [1, 2])).y;
    })[0]!;
  expect(Math.abs(firstAt(1) - firstAt(-1))).toBeGreaterThan(1e-3);
});

it('the networks of all layers start with kernels of their own', () => {
  const { kernel1, kernel2 } = iaf(3, { layers: 3, hidden: 4 }).initialParams!(key(2)) as unknown as Record<
    'kernel1' | 'kernel2',
    Float32Array
  >;
  for (const kernel of [kernel1, kernel2]) {
    const size = kernel.length / 3;
    const parts = [0, 1, 2].map((k) => Array.from(kernel.subarray(k * size, (k + 1) * size)));
    for (const part of parts) expect(part.every((weight) => weight !== 0)).toBe(true);
    expect(new Set(parts.flat()).size).toBe(kernel.length);
  }
});

it('mixing by matrices takes up to 1024 components', () => {
  expect(() => byMatrices(1024, () => [])).not.toThrow();
  expect(() => byMatrices(1025, () => [])).toThrow('mixing by matrices: expected at most 1024 components, got 1025');
});

it('the kernel of a context starts as K kernels [C, H], by Glorot, side by side', () => {
  const { contextKernel } = iaf(3, { layers: 4, hidden: 8, contextWidth: 5 }).initialParams!(key(2)) as unknown as {
    contextKernel: Float32Array;
  };
  const bound = Math.sqrt(6 / (5 + 8));
  const largest = Math.max(...contextKernel.map(Math.abs));
  expect(contextKernel.length).toBe(5 * 4 * 8);
  expect(largest).toBeLessThanOrEqual(bound);
  expect(largest).toBeGreaterThan(0.95 * bound);
});
