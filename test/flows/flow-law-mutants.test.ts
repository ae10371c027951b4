// Every law of flows reports the flows that do not keep it.
import { chain, type Flow, type InvertibleFlow, planar, radial } from '@flowvae/flows';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import * as gradientLaws from '../laws/flow-gradient-laws.ts';
import * as laws from '../laws/flow-laws.ts';
import { logDetMutants, plainPlanar, replaced } from '../laws/planar-mutants.ts';

const dim = 3;
const plain = plainPlanar(dim);
const forwards = (change: (result: ReturnType<Flow['forward']>) => ReturnType<Flow['forward']>) =>
  replaced(plain, ({ forward }) => ({ forward: (params, z) => change(forward(params, z)) }));
const prepared = (prepare: NonNullable<Parameters<typeof plainPlanar>[1]>['prepare'] & {}) =>
  plainPlanar(dim, { prepare });
const withoutGradient = <T extends Tensor>(x: T) =>
  tf.customGrad((y) => ({
    value: tf.clone(y as Tensor),
    gradFunc: () => tf.zerosLike(y as Tensor),
  }))(x) as T;
let calls = 0;

/** exp(wᵀu) leaves float32 at 88, where 0·∞ is NaN. */
const overflowing = (flow: InvertibleFlow) =>
  replaced(flow, ({ forward }) => ({
    forward(params, z) {
      const { y, logDet } = forward(params, z);
      const dots = tf.sum(tf.exp(tf.sum(tf.mul(params.w!, params.u!), 2)), 1);
      return { y, logDet: tf.add(logDet, tf.mul(dots, 0)) as Tensor1D };
    },
  }));

/** For each law flows that it must report. */
const mutants: readonly { readonly law: laws.FlowLaw; readonly flows: Readonly<Record<string, Flow>> }[] = [
  {
    law: laws.keepsShapes,
    flows: { 'logDet as a column': forwards(({ y, logDet }) => ({ y, logDet: tf.expandDims(logDet, 1) })) },
  },
  {
    law: laws.logDetIsTheJacobians,
    flows: Object.fromEntries(Object.entries(logDetMutants).map(([name, change]) => [name, plainPlanar(dim, change)])),
  },
  {
    law: laws.rowsAreIndependent,
    flows: {
      'parameters of the first row for all': prepared(({ w, u, b }) => ({
        w: tf.slice(w, 0, 1),
        u: tf.slice(u, 0, 1),
        b: tf.slice(b, 0, 1),
      })),
      'a log-det averaged over the batch': forwards(({ y, logDet }) => ({
        y,
        logDet: tf.add(tf.zerosLike(logDet), tf.mean(logDet)) as Tensor1D,
      })),
    },
  },
  {
    law: laws.keepsInvariants,
    flows: {
      'a slope that may be negative': replaced(plain, () => ({
        invariants: ({ w, u }) => ({ '1 + wᵀu': tf.add(1, tf.sum(tf.mul(w!, u!), 2)) }),
      })),
    },
  },
  {
    law: laws.staysFinite,
    flows: {
      'a log-det that overflows': forwards(({ y }) => ({ y, logDet: tf.log(tf.exp(tf.sum(y, 1))) })),
      'a log-det that overflows at large parameters': overflowing(planar(dim)),
      'a gradient that is none near the origin': replaced(radial(dim), ({ forward }) => ({
        forward(params, z) {
          const { y, logDet } = forward(params, z);
          const isNear = tf.less(tf.max(tf.abs(z), 1), 1e-2);
          return { y, logDet: tf.where(isNear, tf.mul(logDet, Number.NaN), logDet) as Tensor1D };
        },
      })),
    },
  },
  {
    law: laws.compilesToTheSame,
    flows: {
      'another function at each call': forwards(({ y, logDet }) => ({
        y: tf.add(y, 0.1 * calls++) as Tensor2D,
        logDet,
      })),
    },
  },
  {
    law: laws.leaksNoTensors,
    flows: {
      'a kept tensor': forwards(({ y, logDet }) => ({ y, logDet: tf.add(logDet, tf.keep(tf.scalar(0))) as Tensor1D })),
    },
  },
  { law: laws.refusesWrongShapes, flows: { 'no checks': plainPlanar(dim, { checked: false }) } },
  {
    law: laws.startsAsIdentity,
    flows: {
      'a rounded start': chain(Array.from({ length: 80 }, () => plainPlanar(dim, { identityDot: 0.5413 }))),
      'small parameters instead of the right ones': replaced(plain, ({ initialParams }) => ({
        initialParams: (key) => ({ ...initialParams(key), u: new Float32Array(dim).fill(0.01) }),
      })),
    },
  },
  {
    law: laws.startsWithoutVolume,
    flows: {
      'a start that contracts': replaced(plain, ({ initialParams }) => ({
        initialParams: (key) => ({ ...initialParams(key), u: new Float32Array(dim).fill(0.01) }),
      })),
    },
  },
  { law: laws.keepsVolume, flows: { 'a planar layer': plain } },
  {
    law: laws.inverseUndoesForward as laws.FlowLaw,
    flows: {
      'the forward map as its inverse': replaced(plain, ({ forward }) => ({
        inverse(params, y) {
          const result = forward(params, y);
          return { z: result.y, logDet: result.logDet };
        },
      })),
      'a log-det that is not negated': replaced(plain, ({ inverse }) => ({
        inverse(params, y) {
          const { z, logDet } = inverse(params, y);
          return { z, logDet: tf.neg(logDet) };
        },
      })),
    },
  },
  {
    law: gradientLaws.gradientReachesEveryParameter,
    flows: { 'b cut off': prepared((params) => ({ ...params, b: withoutGradient(params.b) })) },
  },
  {
    law: gradientLaws.gradientsMatchDifferences,
    flows: {
      'log-det cut off': forwards(({ y, logDet }) => ({ y, logDet: withoutGradient(logDet) })),
      'u cut off': prepared((params) => ({ ...params, u: withoutGradient(params.u) })),
    },
  },
  {
    law: gradientLaws.gradientsCompileToTheSame,
    flows: {
      'another function at each call': forwards(({ y, logDet }) => ({ y: tf.mul(y, 1 + 0.1 * calls++), logDet })),
    },
  },
];

describe.each(mutants.map((entry) => [entry.law.name, entry] as const))('the law %s', (_, { law, flows }) => {
  it.each(Object.entries(flows))('reports %s', async (__, flow) => {
    expect(await law(flow, 1)).not.toEqual([]);
  });
});

it('every law has its mutants, and a plain planar layer breaks none but keepsVolume', async () => {
  const all = [...Object.values(laws), ...Object.values(gradientLaws.lawsOfGradients)] as laws.FlowLaw[];
  expect(new Set(mutants.map(({ law }) => law))).toEqual(new Set(all));
  const atStart: readonly unknown[] = [laws.startsAsIdentity, laws.startsWithoutVolume];
  expect(laws.startsAsIdentity(plain)).toEqual([]);
  expect(laws.startsWithoutVolume(plain)).toEqual([]);
  for (const law of all.filter((each) => each !== laws.keepsVolume && !atStart.includes(each))) {
    expect(await law(plain, 1), law.name).toEqual([]);
  }
});
