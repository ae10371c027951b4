// The promises of planar flows with two slopes beyond the laws.
import { type InvertibleFlow, invert, type ParamShapes, type Params, planarLeaky } from '@flowvae/flows';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { weightedLoss } from '../laws/flow-gradient-laws.ts';
import { forwardOf } from '../laws/flow-inputs.ts';
import { staysFinite } from '../laws/flow-laws.ts';
import { softplus } from '../reference/flow-cases.ts';

/** The flow at u = −w·(1 + |u|): wᵀu is far below 0. */
const opposed = (flow: InvertibleFlow): InvertibleFlow => {
  const given = ({ w, u, ...rest }: Params<ParamShapes>) => ({
    ...rest,
    w: w!,
    u: tf.mul(tf.neg(w!), tf.add(1, tf.abs(u!))),
  });
  return {
    ...flow,
    forward: (params, z) => flow.forward(given(params), z),
    inverse: (params, y) => flow.inverse(given(params), y),
    layers: (params) => flow.layers!(given(params)),
  };
};

describe('planar-leaky', () => {
  it.each([0, 0.3, 0.9])('below its kink has the log-det log((1 − λ) + λ·softplus(wᵀu)), λ = %d', (slope) => {
    const dots = Array.from({ length: 81 }, (_, i) => i - 60);
    const at = (b: number) =>
      eager(forwardOf(planarLeaky(1, 1, { slope })), {
        z: shaped(
          dots.map(() => 0),
          [dots.length, 1],
        ),
        w: shaped([1], [1, 1, 1]),
        u: shaped(dots, [dots.length, 1, 1]),
        b: shaped([b], [1, 1]),
      }).logDet!;
    expect(
      differences(
        'below',
        at(-1),
        dots.map((a) => Math.log(1 - slope + slope * softplus(a))),
        1e-6,
      ),
    ).toEqual([]);
    expect(
      differences(
        'above',
        at(1),
        dots.map((a) => Math.log(softplus(a))),
        1e-6,
      ),
    ).toEqual([]);
  });

  it('is undone down to wᵀu = −60, to 1e-5 over its slope', () => {
    const dots = Array.from({ length: 121 }, (_, i) => i - 60);
    const flow = planarLeaky(1);
    const roundTrip = ({ z, ...params }: Tensors) => ({
      z: flow.inverse(params as never, flow.forward(params as never, z as Tensor2D).y).z,
    });
    for (const start of [-40, -1, 1e-3, 2, 300]) {
      const { z } = eager(roundTrip, {
        z: shaped(
          dots.map(() => start),
          [dots.length, 1],
        ),
        w: shaped([1], [1, 1, 1]),
        u: shaped(dots, [dots.length, 1, 1]),
        b: shaped([0], [1, 1]),
      });
      const slopes = dots.map((a) => (start > 0 ? softplus(a) : 0.99 + 0.01 * softplus(a)));
      expect(
        differences(
          'z',
          z!,
          dots.map(() => start),
          (i) => 1e-5 / Math.min(1, slopes[i]!),
        ),
      ).toEqual([]);
    }
  });

  it.each([
    ['w of length 1', 1],
    ['w of length 1e-3', 1e-3],
  ])('has an inverse whose gradient is finite on both branches, however small the slope is: %s', async (_, length) => {
    const dots = [-20, -45, -52, -60, -80, -100, -200];
    const points = dots.flatMap((dot) => [-400, -1, 1, 400].map((y) => ({ dot, y })));
    const inputs = {
      z: shaped(
        points.map(({ y }) => y),
        [points.length, 1],
      ),
      w: shaped([length], [1, 1, 1]),
      u: shaped(
        points.map(({ dot }) => dot / length),
        [points.length, 1, 1],
      ),
      b: shaped([0], [1, 1]),
    };
    const loss = withGradients(weightedLoss(invert(planarLeaky(1))));
    for (const results of [eager(loss, inputs), await compiled(loss, inputs)]) {
      for (const [name, values] of Object.entries(results)) {
        expect(Array.from(values).every(Number.isFinite), `${name}: ${values}`).toBe(true);
      }
    }
  });

  it('staysFinite, also where wᵀu ≪ −52', () => {
    for (const dim of [1, 5]) {
      expect(staysFinite(planarLeaky(dim, 2), 1)).toEqual([]);
      expect(staysFinite(opposed(planarLeaky(dim, 2)), 1)).toEqual([]);
    }
  });
});
