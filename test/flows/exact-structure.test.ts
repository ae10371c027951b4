// The declarations of flows, and their single parts, by hand: boxes, starts, names, single layers, refusals, first
// values.
import {
  chain,
  type Flow,
  FlowPosteriorLayer,
  flowPosterior,
  fromNormflows,
  type InvertibleFlow,
  iaf,
  initialisations,
  invert,
  isInvertible,
  maf,
  nice,
  parseFlow,
  permutation,
  planar,
  radial,
  realnvp,
  spline,
} from '@flowvae/flows';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { flowCases } from '../cases/flows.ts';
import { differences } from '../laws/comparison.ts';
import { drawInputs } from '../laws/flow-inputs.ts';

const numbersOf = (make: () => Tensor): number[] => tf.tidy(() => Array.from(make().dataSync()));

/** Tensors of a flow's drawn inputs. */
function drawnTensors(flow: Flow) {
  const entries = Object.entries(drawInputs(flow, { batch: 4, scale: 0.5 }));
  return Object.fromEntries(entries.map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]));
}

/** A flow without its inverse. */
function oneWay(flow: Flow | InvertibleFlow): Flow {
  const { inverse: _, ...rest } = flow as InvertibleFlow;
  return rest;
}

it('spline acts on [−bound, bound] in every component, with 8 bins and a bound of 5 where nothing is said', () => {
  expect(spline(2, { bound: 4 }).box).toEqual({ low: [-4, -4], high: [4, 4] });
  expect(spline(3).box).toEqual({ low: [-5, -5, -5], high: [5, 5, 5] });
  expect(spline(3).paramShapes).toEqual(spline(3, { bins: 8 }).paramShapes);
  expect(spline(3).paramShapes).not.toEqual(spline(3, { bins: 9 }).paramShapes);
});

it('spline has a finite gradient far outside its box', () => {
  const flow = spline(2, { bins: 3, hidden: 4, layers: 1 });
  tf.tidy(() => {
    const { z: _, ...params } = drawnTensors(flow);
    const names = Object.keys(params);
    const loss = (z: Tensor, ...given: Tensor[]) => {
      const { y, logDet } = flow.forward(Object.fromEntries(given.map((each, i) => [names[i]!, each])), z as Tensor2D);
      return tf.add(tf.sum(tf.slice(y, [0, 1], [1, 1])), tf.sum(logDet));
    };
    const [byZ, ...byParams] = tf.grads(loss)([tf.tensor2d([[0.5, 1e37]]), ...Object.values(params)]) as Tensor[];
    expect([...byZ!.dataSync()]).toEqual([0, 1]);
    for (const gradient of byParams) expect([...gradient.dataSync()].every((value) => value === 0)).toBe(true);
  });
});

it('chain starts as the identity where every link does, else as a map of volume 1', () => {
  const [identity, turned] = [planar(3), permutation(3, { key: key(1) })];
  expect(chain([identity, radial(3)]).start).toBeUndefined();
  expect(chain([identity, turned]).start).toBe('volume');
  expect(chain([turned, identity]).start).toBe('volume');
  expect(chain([turned, turned]).start).toBe('volume');
});

it('chain declares invariants only if a link does', () => {
  const turned = permutation(3, { key: key(1) });
  expect('invariants' in chain([turned, turned])).toBe(false);
  expect('invariants' in chain([turned, planar(3)])).toBe(true);
});

it('chain has an inverse only where every link has one', () => {
  expect(isInvertible(chain([planar(3), planar(3)]))).toBe(true);
  expect(isInvertible(chain([planar(3), oneWay(planar(3))]))).toBe(false);
});

it.each([
  ['iaf', iaf(2, { layers: 1, hidden: 3 })],
  ['maf', maf(2, { layers: 1, hidden: 3 })],
  ['planar', planar(2)],
] as const)('%s of a single layer is that layer, without a number', (name, flow) => {
  tf.tidy(() => {
    const { z: _, ...params } = drawnTensors(flow as Flow);
    expect(flow.layers!(params as never).map((layer) => layer.name)).toEqual([name]);
  });
});

it.each([
  ['realnvp', realnvp(5, { layers: 3, hidden: 4 })],
  ['nice-perm', nice(5, { layers: 3, hidden: 4, mixing: 'permutation' })],
  ['spline', spline(5, { layers: 3, hidden: 4, bins: 3 })],
] as const)('%s of five components has layers each of which undoes itself', (_, flow) => {
  tf.tidy(() => {
    const { z, ...params } = drawnTensors(flow as Flow);
    for (const layer of flow.layers!(params as never)) {
      if (!isInvertible(layer.flow)) throw new Error(`${layer.name} has no inverse`);
      const { y, logDet } = layer.flow.forward(layer.params, z as Tensor2D);
      const back = layer.flow.inverse(layer.params, y);
      expect(differences(layer.name, back.z.dataSync(), z!.dataSync(), 1e-5)).toEqual([]);
      expect(differences(layer.name, back.logDet.dataSync(), tf.neg(logDet).dataSync(), 1e-5)).toEqual([]);
    }
  });
});

it.each(flowCases.map((row) => [row.name, row] as const))('%s refuses a point of another width', (_, row) => {
  const dim = row.dims[0]!;
  const flow = row.make(dim);
  tf.tidy(() => {
    const { z, ...params } = drawnTensors(flow);
    const wide = tf.zeros([z!.shape[0]!, dim + 1]) as Tensor2D;
    const expected = `expected [batch, ${dim}], got [4, ${dim + 1}]`;
    expect(() => flow.forward(params, wide)).toThrow(expected);
    if (isInvertible(flow)) expect(() => flow.inverse(params, wide)).toThrow(expected);
  });
});

it.each(flowCases.map((row) => [row.name, row] as const))('%s refuses a parameter of another width', (_, row) => {
  const flow = row.make(row.dims[0]!);
  tf.tidy(() => {
    const { z, ...params } = drawnTensors(flow);
    for (const [name, value] of Object.entries(params)) {
      const wide = { ...params, [name]: tf.concat([value, value], value.rank - 1) };
      const last = `${name.split('.').at(-1)}: expected`;
      expect(() => flow.forward(wide, z as Tensor2D)).toThrow(last);
      if (isInvertible(flow)) expect(() => flow.inverse(wide, z as Tensor2D)).toThrow(last);
    }
  });
});

it.each([
  ['realnvp', realnvp(3, { hidden: 4, contextWidth: 2 })],
  ['iaf', iaf(3, { hidden: 4, contextWidth: 2 })],
] as const)('%s has one row of weights for all points, and a context for each', (_, flow) => {
  tf.tidy(() => {
    const { z, ...params } = drawnTensors(flow as Flow);
    const rows = (value: Tensor, count: number) =>
      tf.tile(tf.slice(value, [0], [1]), [count, ...value.shape.slice(1).fill(1)]);
    for (const name of flow.shared!) {
      const many = { ...params, [name]: rows(params[name]!, 4) };
      expect(() => flow.forward(many, z as Tensor2D)).toThrow(`${name}: expected`);
    }
    expect(flow.forward({ ...params, context: rows(params.context!, 4) }, z as Tensor2D).y.shape).toEqual([4, 3]);
  });
});

it('invert has layers where the flow has some', () => {
  expect('layers' in invert(realnvp(2, { layers: 1, hidden: 3 }))).toBe(false);
  const broken: Flow = { ...planar(2), layers: () => [{ name: 'one-way', flow: oneWay(planar(2)), params: {} }] };
  expect(() => invert(broken as InvertibleFlow).layers!({})).toThrow('invert: layer one-way has no inverse');
});

it('parseFlow counts the layers of the whole formula: fixed layers at other places differ', () => {
  const z = tf.tensor2d([[1, 2, 3, 4, 5, 6, 7, 8]]);
  const flow = parseFlow('permutation*2-affine-permutation', 8);
  const values = numbersOf(() => {
    const entries = Object.entries(flow.initialParams(key(1))).map(([name, each]) => [name, tf.tensor(each, [1, 8])]);
    return flow.forward(Object.fromEntries(entries), z).y;
  });
  const expected = numbersOf(() =>
    [0, 1, 3].reduce<Tensor2D>((y, place) => permutation(8, { key: key(place) }).forward({}, y).y, z),
  );
  expect(values).toEqual(expected);
  z.dispose();
});

it.each([
  ['sylvester-o', 'columns', 2, 4],
  ['sylvester-h', 'mirrors', 1, 1024],
  ['realnvp', 'hidden', 1, 4096],
  ['spline', 'bins', 2, 128],
] as const)('parseFlow takes for %s %s from %i to %i', (name, argument, first, last) => {
  for (const value of [first, last]) expect(parseFlow(`${name}(${value})`, 4).dim).toBe(4);
  for (const value of [first - 1, last + 1]) {
    expect(() => parseFlow(`${name}(${value})`, 4)).toThrow(`expected ${argument} from ${first} to ${last}`);
  }
});

it('parseFlow takes for realnvp a depth from 1 to 8', () => {
  for (const depth of [1, 8]) expect(parseFlow(`realnvp(3,${depth})`, 4).dim).toBe(4);
  for (const depth of [0, 9]) expect(() => parseFlow(`realnvp(3,${depth})`, 4)).toThrow('expected depth from 1 to 8');
});

it.each([
  ...['full', 'lu', 'sylvester-o', 'sylvester-h', 'sylvester-t', 'nice-perm', 'nice-orth', 'nice-planar'],
  ...['realnvp', 'iaf', 'maf', 'spline'],
])('parseFlow makes %s of two components and of no fewer', (name) => {
  expect(parseFlow(name, 2).dim).toBe(2);
  expect(() => parseFlow(name, 1)).toThrow(`a latent of at least 2 dimensions for ${name}`);
});

it('fromNormflows refuses a layer of another width than the first by its own name', () => {
  const layer = (k: number, width: number) => ({
    [`flows.${k}.w`]: { shape: [1, width], values: new Float32Array(width).fill(1) },
    [`flows.${k}.u`]: { shape: [1, width], values: new Float32Array(width).fill(1) },
    [`flows.${k}.b`]: { shape: [1], values: Float32Array.of(k) },
  });
  expect(() => fromNormflows({ ...layer(0, 2), ...layer(1, 3) })).toThrow(
    'fromNormflows: flows.1.w: expected a tensor of shape [1, 2], got [1, 3]',
  );
});

it('FlowPosteriorLayer says which inputs it was given, also a single one', () => {
  const layer = new FlowPosteriorLayer({ latent: 2, name: 'q' });
  const expected = 'q: expected two inputs, features [batch, width] and noise [batch, 2], got';
  expect(() => layer.computeOutputShape([null, 3])).toThrow(`${expected} [batch, 3]`);
  expect(() => layer.computeOutputShape([[null, 3]])).toThrow(`${expected} [batch, 3]`);
  const images = [
    [null, 3, 4],
    [null, 2],
  ];
  expect(() => layer.computeOutputShape(images)).toThrow(`${expected} [batch, 3, 4] and [batch, 2]`);
});

it.each(['none', 'base', 'flow'] as const)('paramsAt has a row for each context, amortize %s', (amortize) => {
  const options = { latent: 2, contextWidth: 3, flow: planar(2, 2), amortize, key: key(1) };
  const posterior = flowPosterior(options);
  tf.tidy(() => {
    const params = posterior.paramsAt(tf.ones([4, 3]) as Tensor2D);
    const shapes = Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toEqual({
      'base/mean': [4, 2],
      'base/logStd': [4, 2],
      'flow/w': [4, 2, 2],
      'flow/u': [4, 2, 2],
      'flow/b': [4, 2],
    });
  });
  tf.dispose({ ...posterior.variables });
});

it("'torch' draws kernels and biases from U(±1/√fanIn)", () => {
  const from = (key: Parameters<typeof drawUniform>[0], size: number) =>
    Array.from(drawUniform(key, size), (u) => (2 * u - 1) / Math.sqrt(7));
  const { kernel, bias } = initialisations.torch;
  expect(differences('kernel', kernel(key(3), 7, 2), from(key(3), 14), 1e-7)).toEqual([]);
  expect(differences('bias', bias(key(3), 7, 2), from(fold(key(3), 'bias'), 2), 1e-7)).toEqual([]);
});

it("flowPosterior with 'torch' heads draws their biases, 'glorot' has μ = 0 and log σ = −1", () => {
  const biasesOf = (initialisation: 'torch' | 'glorot') => {
    const { variables } = flowPosterior({ latent: 3, contextWidth: 7, base: { initialisation }, key: key(4) });
    const biases = ['mean', 'logStd'].map((name) => [...variables[`${name}/bias`]!.dataSync()]);
    tf.dispose({ ...variables });
    return biases;
  };
  expect(biasesOf('glorot')).toEqual([
    [0, 0, 0],
    [-1, -1, -1],
  ]);
  const drawn = (name: string) => [...initialisations.torch.bias(fold(fold(key(4), 'base'), name), 7, 3)];
  expect(biasesOf('torch')).toEqual([drawn('mean'), drawn('logStd')]);
});

it.each([
  [2, 5e-6],
  [40, 1e-4],
])('planar inverts a layer of slope 1000 in %i components to rounding', (dim, tolerance) => {
  const direction = drawNormal(key(7), dim).map((value) => value / Math.sqrt(dim));
  const missed = numbersOf(() => {
    const w = tf.tensor3d(direction, [1, 1, dim]);
    const u = tf.div(tf.mul(w, 1000), tf.sum(tf.square(w)));
    const params = { w, u, b: tf.tensor2d([[0.3]]) } as never;
    const z = tf.tensor2d(drawNormal(key(8), 50 * dim), [50, dim]);
    return tf.sub(planar(dim).inverse(params, planar(dim).forward(params, z).y).z, z);
  });
  expect(Math.max(...missed.map(Math.abs))).toBeLessThan(tolerance);
});
