// Values and log-dets of flows without networks against independent float64 programs, on both engines.
import {
  actnorm,
  affine,
  chain,
  type Flow,
  full,
  householder,
  invert,
  lu,
  permutation,
  planarLeaky,
  radial,
  sylvesterHouseholder,
  sylvesterOrthogonal,
  sylvesterTriangular,
} from '@flowvae/flows';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped } from '../laws/evaluation.ts';
import { forwardOf } from '../laws/flow-inputs.ts';
import { readCommitted } from '../reference/committed-json.ts';
import type { FlowReference, FlowReferenceCase } from '../reference/flow-cases.ts';

type Make = (given: FlowReferenceCase) => Flow;

/**
 * The flow of a case by its file and the first letters of its name; the LU reference is the map before its permutation.
 */
const flowOf: Readonly<Record<string, Readonly<Record<string, Make>>>> = {
  radial: { D: ({ dim, layers }) => radial(dim, layers) },
  'planar-leaky': { D: ({ dim, layers }) => planarLeaky(dim, layers) },
  householder: { D: ({ dim, layers }) => householder(dim, layers) },
  sylvester: {
    o: ({ dim, size, layers }) => sylvesterOrthogonal(dim, size!, layers),
    h: ({ dim, size, layers }) => sylvesterHouseholder(dim, size!, layers),
    t: ({ dim, layers }) => sylvesterTriangular(dim, layers),
  },
  'linear-flows': {
    affine: ({ dim }) => affine(dim),
    actnorm: ({ dim }) => actnorm(dim),
    full: ({ dim }) => full(dim),
    lu: ({ dim }) => {
      const unmixed = chain([lu(dim), invert(permutation(dim))]);
      const inner = (params: Parameters<Flow['forward']>[0]) =>
        Object.fromEntries(Object.entries(params).map(([name, value]) => [`0.${name}`, value]));
      return { ...unmixed, forward: (params, z) => unmixed.forward(inner(params), z) };
    },
  },
};

const rows = Object.entries(flowOf).flatMap(([file, makers]) =>
  readCommitted<FlowReference>(file).cases.map((given) => {
    const kind = /^[a-zA-Z]+/.exec(given.name)![0];
    return { name: `${file}: ${given.name}`, given, make: makers[kind]! };
  }),
);

const inputsOf = ({ dim, batch, z, params }: FlowReferenceCase): Inputs => ({
  z: shaped(z, [batch, dim]),
  ...Object.fromEntries(Object.entries(params).map(([name, { shape, values }]) => [name, shaped(values, shape)])),
});

const violations = (given: FlowReferenceCase, results: Readonly<Record<string, Float32Array>>) => [
  ...differences('y', results.y!, given.y, 1e-5),
  ...differences('logDet', results.logDet!, given.logDet, 1e-5),
];

describe.each(rows.map((row) => [row.name, row] as const))('%s', (_, { given, make }) => {
  it('eager', () => {
    expect(violations(given, eager(forwardOf(make(given)), inputsOf(given)))).toEqual([]);
  });

  it('compiled', async () => {
    expect(violations(given, await compiled(forwardOf(make(given)), inputsOf(given)))).toEqual([]);
  });
});
