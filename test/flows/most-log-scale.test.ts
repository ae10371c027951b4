// The bound c of the log-scales c·tanh(r/c) inside realnvp, iaf and maf, against its closed form: with kernels of 0 the
// networks give their last biases alone.
import { type Flow, iaf, maf, parseFlow, realnvp } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

/** log|det J| where the raw log-scale of every driven component is r; the shifts stay 0. */
function logDetAt(flow: Flow, r: number): number {
  const params = Object.fromEntries(
    Object.entries(flow.paramShapes).map(([name, shape]) => {
      const values = tf.buffer([1, ...shape]);
      const width = shape.at(-1)!;
      if (name === 'biasOut') for (let i = width / 2; i < width; i++) values.set(r, 0, 0, i);
      return [name, values.toTensor()];
    }),
  );
  return flow.forward(params, tf.zeros([1, flow.dim]) as Tensor2D).logDet.dataSync()[0]!;
}

describe.each([2, 8])('a bound of %d', (most) => {
  it.each([
    ['realnvp', realnvp(4, { mostLogScale: most }), 2],
    ['iaf', iaf(4, { mostLogScale: most }), 4],
    ['maf', maf(4, { mostLogScale: most }), -4],
    ['the formula iaf*1', parseFlow('iaf', 4, { mostLogScale: most }), 4],
    ...(most === 2 ? ([['realnvp without options', realnvp(4), 2]] as const) : []),
  ] as const)('holds the log-scales of %s', (_, flow, scaled) => {
    for (const r of [-100, -3, 0.01, 1, 5, 1000]) {
      expect(logDetAt(flow, r) / (scaled * most * Math.tanh(r / most))).toBeCloseTo(1, 5);
    }
  });
});

it('the first layer of a long chain has the bound of all of it', () => {
  const flow = iaf(3, { layers: 2, mostLogScale: 8 });
  const params = Object.fromEntries(
    Object.entries(flow.initialParams(key(1))).map(([name, values]) => [
      name,
      tf.tensor(values, [1, ...flow.paramShapes[name]!]),
    ]),
  );
  expect(logDetAt(flow.layers!(params)[0]!.flow, 1000)).toBeCloseTo(24, 4);
});
