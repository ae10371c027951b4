// The uniform distribution on a box, inside, outside and on its edges.
import { uniformBox } from '@flowvae/distributions';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, withGradients } from '../laws/evaluation.ts';

const box = () => uniformBox([-1, 2], [3, 2.5]);
const OUTSIDE = Number.NEGATIVE_INFINITY;

describe.each(['eager', 'compiled'] as const)('%s', (engine) => {
  const run = engine === 'eager' ? eager : compiled;

  it('scores inside, on the edge and outside', async () => {
    const z = [0, 2.2, -1, 2, 3, 2.5, 3.01, 2.2, 0, 1.99, -2, 3];
    const { logProb } = await run(({ z: at }) => ({ logProb: box().logProb(at as Tensor2D) }), {
      z: shaped(z, [6, 2]),
    });
    const inside = Math.fround(-Math.log(4 * 0.5));
    expect([...logProb!]).toEqual([inside, inside, inside, OUTSIDE, OUTSIDE, OUTSIDE]);
  });

  it('draws the affine image of the noise', async () => {
    const { z, logProb } = await run(
      ({ noise }) => {
        const draw = box().sampleAndLogProb(noise as Tensor2D);
        return { z: draw.z, logProb: draw.logProb };
      },
      { noise: shaped([0, 0, 0.5, 0.5, 0.25, 0.75], [3, 2]) },
    );
    expect(differences('z', z!, [-1, 2, 1, 2.25, 0, 2.375], 1e-6)).toEqual([]);
    expect(differences('logProb', logProb!, [0, 0, 0].fill(-Math.log(2)), 1e-6)).toEqual([]);
  });
});

it.each(['eager', 'compiled'] as const)('uniformBox has the gradient 0, %s', async (engine) => {
  const gradient = withGradients(({ z }) => tf.sum(box().logProb(z as Tensor2D)));
  const results = await (engine === 'eager' ? eager : compiled)(gradient, { z: shaped([0, 2.2, 1, 2.4], [2, 2]) });
  expect([...results['gradient:z']!]).toEqual([0, 0, 0, 0]);
});

it.each([
  [[], []],
  [[0], [0]],
  [
    [0, 1],
    [2, 0],
  ],
  [[0], [1, 2]],
  [[0], [Number.NaN]],
])('uniformBox refuses the box from %j to %j', (low, high) => {
  expect(() => uniformBox(low, high)).toThrow('uniformBox: expected as many lower as upper ends');
});
