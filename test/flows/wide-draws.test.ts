// Far from the start: nothing turns into NaN, at parameters of scale 1 and 10 and points up to 1e3, nor at 0.
import { type Flow, full, householder, lu, radial, sylvesterTriangular } from '@flowvae/flows';
import { type Tensor, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { plainFlowCases } from '../cases/plain-flows.ts';
import { still } from '../laws/flow-inputs.ts';
import { staysFinite } from '../laws/flow-laws.ts';

/**
 * The first row of each function that makes a flow, one layer: slopes of ten layers of scale 10 underflow, and then
 * there is no inverse in float32.
 */
const rows = new Map(plainFlowCases.map((row) => [row.madeBy, row] as const).toReversed());

describe.each([...rows.values()].map((row) => [row.name, row] as const))('%s', (name, { make }) => {
  // 39 entries of 10 after one another make the inverse of an LU layer larger than any float32
  it.each(name === 'lu' ? [2, 5] : [2, 40])('stays finite in dimension %i', (dim) => {
    expect(staysFinite(make(dim), 1)).toEqual([]);
  });
});

it('a flow stays finite if all parameters are 0: no direction, no distance', () => {
  for (const make of [radial, householder, full, lu, sylvesterTriangular])
    expect(staysFinite(still(make(3)), 1)).toEqual([]);
});

it('the law reports a distance whose gradient at 0 is 0·∞', () => {
  const naive: Flow = {
    ...radial(2),
    forward(params, z) {
      const distance = tf.sqrt(tf.sum(tf.square(z), 1));
      const others = tf.addN(Object.values(params).map((value): Tensor => tf.sum(value)));
      return { y: z, logDet: tf.add(distance, tf.mul(others, 0)) };
    },
  };
  expect(staysFinite(naive, 1)).not.toEqual([]);
});
