// How networks inside flows compute: relu in place of tanh against a loop in float64, drawn orders of the components,
// and the start of relu.
import {
  type InvertibleFlow,
  iaf,
  maf,
  type ParamShapes,
  type Params,
  parseFlow,
  realnvp,
  spline,
} from '@flowvae/flows';
import { key } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { autoregressiveMasks } from '../../packages/flows/src/frames/made-masks.ts';
import { differences } from '../laws/comparison.ts';
import { eager, type Inputs, type Tensors } from '../laws/evaluation.ts';
import { gradientsCompileToTheSame } from '../laws/flow-gradient-laws.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';
import * as laws from '../laws/flow-laws.ts';

const form = { activation: 'relu', order: 'drawn', hidden: 7, layers: 5 } as const;
const flows: readonly (readonly [string, InvertibleFlow])[] = [
  ['realnvp', realnvp(5, form)],
  ['realnvp with a context', realnvp(5, { ...form, contextWidth: 3 })],
  ['iaf', iaf(5, form)],
  ['maf', maf(3, { ...form, layers: 3 })],
  ['spline', spline(4, { ...form, layers: 2 })],
];

describe.each(flows)('relu inside %s', (_, flow) => {
  it.each([
    ['the log-det of its Jacobian', laws.logDetIsTheJacobians],
    ['rows that are independent', laws.rowsAreIndependent],
    ['an inverse', laws.inverseUndoesForward],
    ['values that compile to the same', laws.compilesToTheSame],
    ['gradients that compile to the same', gradientsCompileToTheSame],
  ])('keeps %s', async (__, law) => {
    expect(await law(flow, 0.2)).toEqual([]);
  });

  it('equals its single layers one after the other', () => {
    const inputs = drawInputs(flow, { batch: 3, scale: 0.2 });
    const oneByOne = ({ z, ...params }: Tensors) => {
      let y = z as Tensor2D;
      for (const layer of flow.layers!(params as Params<ParamShapes>)) y = layer.flow.forward(layer.params, y).y;
      return { y };
    };
    expect(differences('y', eager(oneByOne, inputs).y!, eager(forwardOf(flow), inputs).y!, 1e-5)).toEqual([]);
  });
});

/** One layer of RealNVP with relu, by loops in float64. */
function byLoops({ z, ...params }: Inputs, [dim, hidden]: readonly [number, number]) {
  const [kept, changed] = [Math.ceil(dim / 2), Math.floor(dim / 2)];
  const at = (name: string, index: number) => params[name]!.values[index]!;
  const dense = (x: readonly number[], suffix: string, to: number) =>
    Array.from({ length: to }, (_, j) =>
      x.reduce((sum, value, i) => sum + value * at(`kernel${suffix}`, i * to + j), at(`bias${suffix}`, j)),
    );
  const rows = Array.from({ length: z!.shape[0]! }, (_, b) => {
    const row = Array.from({ length: dim }, (__, i) => z!.values[b * dim + i]!);
    const first = dense(row.slice(0, kept), '1', hidden).map((v) => Math.max(0, v));
    const second = dense(first, '2', hidden).map((v) => Math.max(0, v));
    const raw = dense(second, 'Out', 2 * changed);
    const logScales = raw.slice(changed).map((r) => 8 * Math.tanh(r / 8));
    const moved = row.slice(kept).map((value, i) => value * Math.exp(logScales[i]!) + raw[i]!);
    return { y: [...row.slice(0, kept), ...moved], logDet: logScales.reduce((a, v) => a + v, 0) };
  });
  return { y: rows.flatMap(({ y }) => y), logDet: rows.map(({ logDet }) => logDet) };
}

it('relu inside realnvp equals a loop in float64', () => {
  const flow = realnvp(5, { activation: 'relu', hidden: 6, mostLogScale: 8 });
  const inputs = drawInputs(flow, { batch: 4, scale: 0.7 });
  const { y, logDet } = eager(forwardOf(flow), inputs);
  const expected = byLoops(inputs, [5, 6]);
  expect(differences('y', y!, expected.y, 1e-5)).toEqual([]);
  expect(differences('logDet', logDet!, expected.logDet, 1e-5)).toEqual([]);
});

it('relu starts as the identity, with biases within ±1/√fan-in that lie apart', () => {
  const flow = realnvp(6, { activation: 'relu', hidden: 40 });
  const { bias1, bias2, biasOut } = flow.initialParams(key(3)) as Record<'bias1' | 'bias2' | 'biasOut', Float32Array>;
  for (const [values, fanIn] of [
    [bias1, 3],
    [bias2, 40],
  ] as const) {
    const scaled = [...values].map((value) => value * Math.sqrt(fanIn));
    expect(Math.max(...scaled.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(Math.max(...scaled)).toBeGreaterThan(0.8);
    expect(Math.min(...scaled)).toBeLessThan(-0.8);
    expect(new Set(scaled).size).toBe(40);
  }
  expect([...biasOut].every((value) => value === 0)).toBe(true);
  const tanh = realnvp(6, { hidden: 40 }).initialParams(key(3)) as Record<'bias1', Float32Array>;
  expect([...tanh.bias1].every((value) => value === 0)).toBe(true);
});

describe('drawn orders', () => {
  /** Component i comes before j in a network: a path from input i to output j. */
  const ranksOf = (dim: number, first: number) => {
    const masks = autoregressiveMasks(dim, {
      ...{ layers: 1, hidden: 4 * dim, depth: 1, outputs: 1, hasContext: false },
      ...{ first, order: 'drawn' },
    });
    const [inner, last] = masks as [Float32Array, Float32Array];
    const hidden = 4 * dim;
    const isBefore = (i: number, j: number) =>
      Array.from({ length: hidden }, (_, h) => inner[i * hidden + h]! * last[h * dim + j]!).some((path) => path > 0);
    return Array.from(
      { length: dim },
      (_, j) => Array.from({ length: dim }, (__, i) => isBefore(i, j)).filter(Boolean).length,
    );
  };
  const orders = Array.from({ length: 8 }, (_, k) => ranksOf(7, k));

  it('are permutations, the first in order', () => {
    for (const ranks of orders) expect(ranks.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(orders[0]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('come in pairs, one the reverse of the other, and pairs differ', () => {
    for (const pair of [0, 2, 4, 6]) expect(orders[pair + 1]).toEqual(orders[pair]!.map((rank) => 6 - rank));
    expect(new Set(orders.map(String)).size).toBe(8);
  });

  it('are those of a formula, too', () => {
    const named = parseFlow('iaf*4', 5, { order: 'drawn', activation: 'relu' });
    const made = iaf(5, { layers: 4, order: 'drawn', activation: 'relu' });
    const inputs = drawInputs(made, { batch: 2, scale: 0.3 });
    expect(eager(forwardOf(named), inputs)).toEqual(eager(forwardOf(made), inputs));
    const reversed = eager(forwardOf(iaf(5, { layers: 4, activation: 'relu' })), inputs);
    expect(reversed.y).not.toEqual(eager(forwardOf(made), inputs).y);
  });
});
