// Every flow of the table at a few points: its inverse, and its parameters for groups of points. First values and
// orders by hand.
import { standardNormal } from '@flowvae/distributions';
import {
  chain,
  type Flow,
  FlowPosteriorLayer,
  flowPosterior,
  iaf,
  invert,
  isInvertible,
  normalScales,
  parseFlow,
  planar,
  pushForward,
  sylvesterHouseholder,
  sylvesterOrthogonal,
} from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { elementCount, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { euclideanNorm } from '../../packages/flows/src/algebra/euclidean-norm.ts';
import { flowCases } from '../cases/flows.ts';
import { differences } from '../laws/comparison.ts';
import { drawInputs } from '../laws/flow-inputs.ts';

const numbersOf = (make: () => Tensor): number[] => tf.tidy(() => Array.from(make().dataSync()));

function drawnTensors(flow: Flow, options: { readonly paramRows?: number } = {}) {
  const entries = Object.entries(drawInputs(flow, { batch: 6, scale: 0.5, ...options }));
  return Object.fromEntries(entries.map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]));
}

const sized = flowCases.flatMap((row) =>
  row.dims.filter((dim) => dim <= 5).map((dim) => [row.name, dim, row] as const),
);

it.each(sized)('%s of %i components is undone by its inverse, log-dets too', (_, dim, row) => {
  const flow = row.make(dim);
  if (!isInvertible(flow)) return;
  tf.tidy(() => {
    const { z, ...params } = drawnTensors(flow);
    const { y, logDet } = flow.forward(params, z as Tensor2D);
    const back = flow.inverse(params, y);
    expect(differences('z', back.z.dataSync(), z!.dataSync(), 1e-3)).toEqual([]);
    expect(differences('logDet', back.logDet.dataSync(), tf.neg(logDet).dataSync(), 1e-3)).toEqual([]);
  });
});

it('a flow that takes groups gives a group of points its own row of parameters', () => {
  const grouped = flowCases.flatMap((row) => {
    const flow = row.make(row.dims[0]!);
    return flow.takesGroups ? [flow] : [];
  });
  expect(grouped.length).toBeGreaterThan(2);
  for (const flow of grouped) {
    tf.tidy(() => {
      const { z, ...params } = drawnTensors(flow);
      // the last parameter has one row for all points
      const rows = (of: readonly number[]) => {
        const entries = Object.entries(params);
        const chosen = entries.map(([name, value], i) => [
          name,
          tf.gather(value, i === entries.length - 1 && i > 0 ? [0] : [...of]),
        ]);
        return flow.forward(Object.fromEntries(chosen), z as Tensor2D);
      };
      const [groups, repeated] = [rows([0, 1]), rows([0, 0, 0, 1, 1, 1])];
      expect(differences(flow.name, groups.y.dataSync(), repeated.y.dataSync(), 1e-6)).toEqual([]);
      expect(differences(flow.name, groups.logDet.dataSync(), repeated.logDet.dataSync(), 1e-6)).toEqual([]);
      expect(() => rows([0, 1, 2, 3])).toThrow(/: expected \[/); // six points are no four groups
    });
  }
});

it('the layers of iaf take the components forwards and backwards in turn', () => {
  const flow = iaf(3, { layers: 4, hidden: 6 });
  tf.tidy(() => {
    const { z, ...params } = drawnTensors(flow);
    for (const [k, layer] of flow.layers!(params).entries()) {
      const valuesAt = (point: Tensor) => [...layer.flow.forward(layer.params, point as Tensor2D).y.dataSync()];
      const before = valuesAt(z!);
      const moved = [0, 1, 2].map((d) => {
        const after = valuesAt(tf.add(z!, tf.oneHot(tf.tensor1d([d], 'int32'), 3)));
        return [0, 1, 2].map((i) => Math.abs(after[i]! - before[i]!) > 1e-6); // of the first point
      });
      // a component moves itself and those after it
      const expected = [0, 1, 2].map((d) => [0, 1, 2].map((i) => (k % 2 === 0 ? i >= d : i <= d)));
      expect(moved).toEqual(expected);
    }
  });
});

it('planar starts with directions N(0, I/D) of its own key', () => {
  const { w } = planar(3, 4).initialParams(key(5)) as unknown as { w: Float32Array };
  const drawn = drawNormal(fold(key(5), 'planar'), 12);
  expect(
    differences(
      'w',
      w,
      Array.from(drawn, (value) => value / Math.sqrt(3)),
      1e-7,
    ),
  ).toEqual([]);
});

it('every flow has a first value of the right size for each parameter, also with a context of one feature', () => {
  const narrow = [iaf(2, { contextWidth: 1, hidden: 3 }), parseFlow('realnvp(3)', 2, { contextWidth: 1 })];
  for (const flow of [...flowCases.map((row) => row.make(row.dims[0]!)), ...narrow]) {
    const sizes = Object.entries(flow.initialParams(key(1))).map(([name, values]) => [name, values.length]);
    const expected = Object.entries(flow.paramShapes).map(([name, shape]) => [name, elementCount(shape)]);
    expect(Object.fromEntries(sizes)).toEqual(Object.fromEntries(expected));
  }
});

it.each(normalScales)('flowPosterior starts at σ = 1/e, %s', (scale) => {
  const posterior = flowPosterior({ latent: 2, contextWidth: 3, base: { scale }, key: key(2) });
  const z = numbersOf(() => posterior.at(tf.zeros([1, 3])).sampleAndLogProb(tf.tensor2d([[1, -2]])).z);
  expect(differences('z', z, [1 / Math.E, -2 / Math.E], 1e-6)).toEqual([]);
  tf.dispose({ ...posterior.variables });
});

it('pushForward keeps a box only where its base has one, so that it can be pushed on', () => {
  tf.tidy(() => {
    const { z: _, ...params } = drawnTensors(planar(2), { paramRows: 1 });
    const once = pushForward(standardNormal(2), planar(2), params as never);
    expect('box' in once).toBe(false);
    expect('logProb' in pushForward(once, planar(2), params as never)).toBe(true);
  });
});

it('invert has the layers in the opposite order, chain of one flow its dimension', () => {
  tf.tidy(() => {
    const { z: _, ...params } = drawnTensors(planar(2, 3));
    expect(invert(planar(2, 3)).layers!(params as never).map(({ name }) => name)).toEqual(
      [2, 1, 0].map((k) => `planar[${k}]`),
    );
  });
  expect(chain([planar(3)])).toMatchObject({ dim: 3, name: 'planar' });
});

it('parseFlow says how narrow a latent may be', () => {
  const error = (() => {
    try {
      return parseFlow('sylvester-t', 1);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({ name: 'NarrowLatentError', fewest: 2 });
});

it('parseFlow has at most 8 columns and 8 mirrors where nothing is said', () => {
  for (const dim of [4, 10]) {
    expect(parseFlow('sylvester-o', dim).paramShapes).toEqual(sylvesterOrthogonal(dim, Math.min(dim, 8)).paramShapes);
    expect(parseFlow('sylvester-h', dim).paramShapes).toEqual(sylvesterHouseholder(dim, 8).paramShapes);
  }
});

it('FlowPosteriorLayer refuses a wrong formula as it is made', () => {
  expect(() => new FlowPosteriorLayer({ latent: 2, flow: 'plnar' })).toThrow("flow formula 'plnar'");
  expect(() => new FlowPosteriorLayer({ latent: 2, heads: 'wide' as 'plain' })).toThrow('heads: expected one of');
  const layer = new FlowPosteriorLayer({ latent: 2, name: 'q' });
  expect(() => tf.tidy(() => layer.call([tf.zeros([1, 3]), tf.zeros([1, 3])]))).toThrow(
    'q: noise: expected [batch, 2], got [1, 3]',
  );
});

it('euclideanNorm has the gradient x/‖x‖, however short x is, and 0 at 0', () => {
  const points = [
    [0.03, 0.04],
    [3e-15, 4e-15],
    [3, 4],
    [0, 0],
  ];
  const gradient = numbersOf(() => tf.grad((x: Tensor) => tf.sum(euclideanNorm(x as Tensor2D)))(tf.tensor2d(points)));
  expect(differences('gradient', gradient, [0.6, 0.8, 0.6, 0.8, 0.6, 0.8, 0, 0], 1e-5)).toEqual([]);
});
