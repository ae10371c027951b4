// The first tensor that is not finite is named by its layer.
import { chain, type Flow, firstNonFinite, type ParamShapes, type Params, planar } from '@flowvae/flows';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { type Inputs, type ShapedArray, shaped } from '../laws/evaluation.ts';
import { drawInputs } from '../laws/flow-inputs.ts';

const flow = chain([planar(2, 3), planar(2), planar(2, 2)]);
const inputs = drawInputs(flow, { batch: 4, paramRows: 1, scale: 1 });

/** The finding for arrays; checks that no tensor stays. */
function find(of: Flow, { z, ...params }: Inputs) {
  const tensors = Object.entries(params).map(([name, array]) => [name, asTensor(array)] as const);
  const point = asTensor(z!) as Tensor2D;
  const before = tf.memory().numTensors;
  const found = firstNonFinite(of, Object.fromEntries(tensors) as Params<ParamShapes>, point);
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose([point, tensors.map(([, tensor]) => tensor)]);
  return found;
}

const asTensor = ({ values, shape }: ShapedArray): Tensor => tf.tensor(values, [...shape]);

/** Inputs with one element of one array replaced. */
function broken(name: string, at: number, value: number): Inputs {
  const { values, shape } = inputs[name]!;
  return { ...inputs, [name]: shaped(Float32Array.from(values).fill(value, at, at + 1), shape) };
}

it('firstNonFinite finds nothing if all is finite', () => {
  expect(find(flow, inputs)).toBeUndefined();
});

it.each([
  ['z', 5, Number.NaN, { layer: 'input', tensor: 'z', row: 2, value: Number.NaN }],
  ['0.u', 3, Number.NaN, { layer: '0.planar[1]', tensor: 'u', row: 0, value: Number.NaN }],
  ['1.b', 0, Number.POSITIVE_INFINITY, { layer: '1.planar', tensor: 'b', row: 0, value: Number.POSITIVE_INFINITY }],
  ['2.w', 2, Number.NaN, { layer: '2.planar[1]', tensor: 'w', row: 0, value: Number.NaN }],
])('firstNonFinite names the layer of %s[%i] = %d', (name, at, value, expected) => {
  expect(find(flow, broken(name, at, value))).toEqual(expected);
});

describe('a result that overflows where parameters are finite', () => {
  const named = (name: string, forward: Flow['forward']): Flow => ({
    name,
    dim: 2,
    paramShapes: {},
    initialParams: () => ({}),
    forward,
  });
  const squares = named('squares', (_, z) => ({ y: tf.square(z), logDet: tf.sum(tf.log(tf.mul(2, tf.abs(z))), 1) }));

  it('is named by the layer that makes it, not by later ones', () => {
    const eight = chain(Array.from({ length: 8 }, () => squares));
    const z = shaped([0.5, 0.5, 1, 100], [2, 2]); // 100^(2^k) exceeds float32 at k = 5, the fifth layer
    expect(find(eight, { z })).toEqual({ layer: '4.squares', tensor: 'y', row: 1, value: Number.POSITIVE_INFINITY });
    expect(find(chain([squares, squares]), { z: shaped([0, 1], [1, 2]) })).toEqual({
      layer: '0.squares',
      tensor: 'logDet',
      row: 0,
      value: Number.NEGATIVE_INFINITY,
    });
  });

  it('is named by the whole flow if its single layers are finite', () => {
    const whole: Flow = { ...squares, name: 'fused', layers: () => [] };
    expect(find(whole, { z: shaped([1e30, 1], [1, 2]) })).toMatchObject({ layer: 'fused', tensor: 'y' });
  });
});
