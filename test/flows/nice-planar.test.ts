// The promises of planar couplings beyond the laws, and their map against the formula in float64.
import { nicePlanar } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs } from '../laws/evaluation.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';

/**
 * Which components each layer keeps, as its map shows it: where v is 1 everywhere, tanh of a positive sum is added to
 * the others.
 */
function keptComponents(dim: number, layers: number): boolean[][] {
  const ones = { v: tf.ones([1, layers, dim]), b: tf.zeros([1, layers]) };
  return nicePlanar(dim, layers).layers!(ones).map(({ flow, params }) => {
    const y = flow.forward(params, tf.ones([1, dim]) as Tensor2D).y.dataSync();
    return Array.from(y, (value) => value === 1);
  });
}

/** z' = z + u·tanh(wᵀz + b) in float64, one row of parameters for each row of z. */
function planarInFloat64({ z, v, b }: Inputs, kept: readonly (readonly boolean[])[]): number[] {
  const [batch, dim] = z!.shape as [number, number];
  return Array.from({ length: batch }, (_, row) => {
    let y = Array.from(z!.values.subarray(row * dim, (row + 1) * dim));
    kept.forEach((isKept, k) => {
      const at = row * kept.length + k;
      const vector = v!.values.subarray(at * dim, (at + 1) * dim);
      const dot = y.reduce((sum, value, d) => sum + (isKept[d] ? vector[d]! * value : 0), 0);
      const t = Math.tanh(dot + b!.values[at]!);
      y = y.map((value, d) => (isKept[d] ? value : value + vector[d]! * t));
    });
    return y;
  }).flat();
}

describe.each([
  { dim: 5, layers: 4 },
  { dim: 40, layers: 10 },
])('$layers planar couplings in dimension $dim', ({ dim, layers }) => {
  const flow = nicePlanar(dim, layers);
  const kept = keptComponents(dim, layers);
  const inputs = drawInputs(flow, { scale: 0.7 });
  const expected = planarInFloat64(inputs, kept);

  it('are planar layers with w on one half and u on the other', async () => {
    expect(differences('y', eager(forwardOf(flow), inputs).y!, expected, 1e-5)).toEqual([]);
    expect(differences('y', (await compiled(forwardOf(flow), inputs)).y!, expected, 1e-5)).toEqual([]);
  });

  it('keep a half, the larger one where they differ, then the other, then another half', () => {
    kept.forEach((layer, k) => {
      if (k % 2 === 1) expect(layer).toEqual(kept[k - 1]!.map((isKept) => !isKept));
      else expect(layer.filter(Boolean).length).toBe(Math.ceil(dim / 2));
    });
    expect(new Set(kept.map(String)).size).toBe(layers);
    expect(keptComponents(dim, layers - 1)).toEqual(kept.slice(0, -1));
  });

  it('start with w on the kept half and no shift', () => {
    const { v, b } = flow.initialParams(key(3));
    const isOn = Array.from({ length: layers }, (_, k) =>
      Array.from(v.subarray(k * dim, (k + 1) * dim), (x) => x !== 0),
    );
    expect(isOn).toEqual(kept);
    expect(Array.from(b)).toEqual(new Array(layers).fill(0));
    expect(v).not.toEqual(flow.initialParams(key(4)).v);
  });
});

it('no layer in the plane keeps the component that the previous one kept', () => {
  const kept = keptComponents(2, 32).map(String);
  expect(kept.filter((each, k) => each === kept[k - 1])).toEqual([]);
});

it('a saved run finds its halves again: those of seven components, which no version may change', () => {
  const digits = keptComponents(7, 4).map((layer) => layer.map(Number).join(''));
  expect(digits).toEqual(['0101110', '1010001', '1011100', '0100011']);
});

it('nicePlanar starts with w of variance 2/D on the kept components', () => {
  const { v } = nicePlanar(40, 200).initialParams(key(5));
  const drawn = v.filter((element) => element !== 0);
  const variance = drawn.reduce((sum, element) => sum + element * element, 0) / drawn.length;
  expect(variance).toBeCloseTo(2 / 40, 2);
});
