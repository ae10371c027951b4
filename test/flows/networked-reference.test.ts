// Flows with networks inside against the independent float64 programs, both directions, on both engines.
import { type InvertibleFlow, iaf, maf, type NetworkOptions, nice, realnvp, spline } from '@flowvae/flows';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped } from '../laws/evaluation.ts';
import { bothDirectionsOf, forwardOf } from '../laws/flow-inputs.ts';
import { readCommitted } from '../reference/committed-json.ts';
import type { NetworkedCase, NetworkedReference } from '../reference/perceptron.ts';

const cases = ['couplings', 'autoregressive'].flatMap((name) => readCommitted<NetworkedReference>(name).cases);

/** 1e-5 of max(1, |value|); more where steep splines one after the other amplify rounding. */
const toleranceOf = ({ flow, layers }: NetworkedCase) => (flow === 'spline' && layers > 1 ? 1e-4 : 1e-5);

const makers: Readonly<Record<string, (dim: number, options: NetworkOptions, bins: number) => InvertibleFlow>> = {
  nice: (dim, options) => nice(dim, { ...options, mixing: 'orthogonal' }),
  realnvp,
  spline: (dim, options, bins) => spline(dim, { ...options, bins }),
  iaf,
  maf,
};

const flowOf = ({ flow, dim, layers, hidden, depth, contextWidth, bins = 0 }: NetworkedCase) =>
  makers[flow]!(dim, { layers, hidden, depth, contextWidth }, bins);

function inputsOf({ dim, batch, z, params }: NetworkedCase, flow: InvertibleFlow): Inputs {
  const shapes = Object.entries(flow.paramShapes).map(([name, shape]) => {
    const rows = flow.contexts?.includes(name) ? batch : 1;
    return [name, shaped(params[name]!, [rows, ...shape])] as const;
  });
  return { z: shaped(z, [batch, dim]), y: shaped(z, [batch, dim]), ...Object.fromEntries(shapes) };
}

/** Row vectors times a matrix [n, n] or its transpose, in float64. */
const times = (rows: ArrayLike<number>, matrix: ArrayLike<number>, n: number, transposed: boolean) =>
  Array.from({ length: rows.length }, (_, index) => {
    const [row, column] = [Math.floor(index / n), index % n];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += rows[row * n + k]! * matrix[transposed ? column * n + k : k * n + column]!;
    return sum;
  });

/** The mixing matrix Q of one layer of NICE: the images of the unit vectors when its network is 0. */
function mixingOf(flow: InvertibleFlow): Float32Array {
  const { dim } = flow;
  const unit = Float32Array.from({ length: dim * dim }, (_, i) => Number(Math.floor(i / dim) === i % dim));
  const zeros = Object.entries(flow.paramShapes).map(([name, shape]) => {
    const full = [1, ...shape];
    return [name, shaped(new Float32Array(full.reduce((a, b) => a * b)), full)] as const;
  });
  return eager(forwardOf(flow), { z: shaped(unit, [dim, dim]), ...Object.fromEntries(zeros) }).y!;
}

/** The flow's results with NICE's mixing undone: y·Qᵀ is the coupling alone, and its inverse begins with ·Qᵀ. */
async function results(networkedCase: NetworkedCase, run: typeof compiled | typeof eager) {
  const flow = flowOf(networkedCase);
  const inputs = inputsOf(networkedCase, flow);
  if (networkedCase.flow !== 'nice') return run(bothDirectionsOf(flow), inputs);
  const q = mixingOf(flow);
  const mixed = times(inputs.y!.values, q, flow.dim, false);
  const found = await run(bothDirectionsOf(flow), { ...inputs, y: shaped(mixed, inputs.y!.shape) });
  return { ...found, y: Float32Array.from(times(found.y!, q, flow.dim, true)) };
}

const violations = (expected: NetworkedCase, found: Readonly<Record<string, Float32Array>>) =>
  (['y', 'logDet', 'inverse', 'inverseLogDet'] as const).flatMap((name) =>
    differences(name, found[name]!, expected[name], toleranceOf(expected)),
  );

describe.each(cases.map((networkedCase) => [networkedCase.name, networkedCase] as const))('%s', (_, networkedCase) => {
  it('eager', async () => {
    expect(violations(networkedCase, await results(networkedCase, eager))).toEqual([]);
  });

  it('compiled', async () => {
    expect(violations(networkedCase, await results(networkedCase, compiled))).toEqual([]);
  });
});

it('another parameter, or a context of another row, would be seen', async () => {
  const given = cases.find(({ flow, contextWidth }) => flow === 'realnvp' && contextWidth > 0)!;
  const context = Float32Array.from(given.params.context!).reverse();
  const swapped = { ...given, params: { ...given.params, context } };
  expect(violations(given, await results(swapped, eager))).not.toEqual([]);
});

describe.each(['permutation', 'orthogonal'] as const)("NICE's %s mixing", (mixing) => {
  it.each([2, 5, 40])('is orthogonal in dimension %i, and not the identity', (dim) => {
    const q = mixingOf(nice(dim, { hidden: 2, mixing }));
    const gram = times(q, q, dim, true);
    const unit = gram.map((_, i) => Number(Math.floor(i / dim) === i % dim));
    expect(differences('QQᵀ', gram, unit, 1e-6)).toEqual([]);
    if (mixing === 'permutation') expect(new Set(q)).toEqual(new Set([0, 1]));
    if (dim > 2) expect(differences('Q', q, unit, 0.1)).not.toEqual([]);
  });
});
