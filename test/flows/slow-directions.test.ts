// The directions that flows call slow, against the non-linear kernels that tfjs's cpu backend runs in each. Not
// all kernels: substitution in a triangular matrix takes many, but no more work than the product.
import {
  chain,
  type Flow,
  flowTable,
  iaf,
  invert,
  isInvertible,
  maf,
  parseFlow,
  planar,
  realnvp,
} from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

const DIM = 16;

const nonLinear = /^(Tanh|Exp|Expm1|Log|Log1p|Softplus|Sigmoid)$/;

/** Non-linear kernels run by both directions at initial parameters. */
async function kernelsOf(flow: Flow) {
  const values = flow.initialParams(key(0));
  const params = Object.fromEntries(
    Object.entries(flow.paramShapes).map(([name, shape]) => [name, tf.tensor(values[name]!, [1, ...shape])]),
  );
  const z: Tensor2D = tf.zeros([2, DIM]);
  const count = async (run: () => unknown) =>
    (await tf.profile(() => run() as never)).kernels.filter(({ name }) => nonLinear.test(name)).length;
  const forward = await count(() => flow.forward(params, z).y);
  return isInvertible(flow)
    ? { forward, inverse: await count(() => flow.inverse(params, z).z) }
    : { forward, inverse: 0 };
}

it.each(Object.keys(flowTable))('%s names the direction that takes many passes of the other', async (name) => {
  const flow = parseFlow(name, DIM);
  const { forward, inverse } = await kernelsOf(flow);
  const slow: string[] = [
    ...(forward > 8 * inverse && inverse > 0 ? ['forward'] : []),
    ...(inverse > 8 * forward && forward > 0 ? ['inverse'] : []),
  ];
  expect(flow.slow ?? []).toEqual(slow);
});

it('invert exchanges slow directions, and a chain has those of its links', () => {
  expect([iaf(4), maf(4), planar(4, 3), realnvp(4)].map(({ slow }) => slow)).toEqual([
    ['inverse'],
    ['forward'],
    ['inverse'],
    undefined,
  ]);
  expect([invert(iaf(4)).slow, invert(invert(iaf(4))).slow, invert(realnvp(4)).slow]).toEqual([
    ['forward'],
    ['inverse'],
    undefined,
  ]);
  expect(chain([iaf(4), realnvp(4)]).slow).toEqual(['inverse']);
  expect(chain([iaf(4), maf(4), planar(4)]).slow).toEqual(['forward', 'inverse']);
});
