// Planar values and log-dets against the independent float64 program, on both engines.
import { compile, runCounter } from '@flowvae/compiler';
import { planar } from '@flowvae/flows';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, type Inputs, shaped } from '../laws/evaluation.ts';
import { forwardOf } from '../laws/flow-inputs.ts';
import { cancellingLogDet, constraintMutants, plainPlanar } from '../laws/planar-mutants.ts';
import { readCommitted } from '../reference/committed-json.ts';
import type { PlanarCase, PlanarReference } from '../reference/planar.ts';

const { cases } = readCommitted<PlanarReference>('planar');
const planarOf = (dim: number, layers: number) => planar(dim, layers);

function inputsOf({ dim, layers, batch, z, w, u, b }: PlanarCase): Inputs {
  const full = [batch, layers, dim];
  return { z: shaped(z, [batch, dim]), w: shaped(w, full), u: shaped(u, full), b: shaped(b, [batch, layers]) };
}

/** 1e-5 of max(1, |value|); more where many layers of large parameters amplify the rounding of the first sums. */
const amplifying = new Set(['unit D=5 K=80', 'unit D=40 K=80', 'large D=40 K=10']);
const toleranceOf = ({ name }: PlanarCase) => (amplifying.has(name) ? 3e-5 : 1e-5);

const violations = (planarCase: PlanarCase, results: Readonly<Record<string, Float32Array>>) => [
  ...differences('y', results.y!, planarCase.y, toleranceOf(planarCase)),
  ...differences('logDet', results.logDet!, planarCase.logDet, toleranceOf(planarCase)),
];

/** One compiled function for each flow, for cases of one shape share a graph. */
const programs = new Map<string, ReturnType<typeof compile>>();
const programOf = ({ dim, layers }: PlanarCase) => {
  const key = `${dim} ${layers}`;
  const known = programs.get(key) ?? compile(forwardOf(planarOf(dim, layers)));
  programs.set(key, known);
  return known;
};
afterAll(() => Promise.all([...programs.values()].map((program) => program.dispose())));

describe.each(cases.map((planarCase) => [planarCase.name, planarCase] as const))('%s', (_, planarCase) => {
  const inputs = inputsOf(planarCase);

  it('eager', () => {
    const flow = planarOf(planarCase.dim, planarCase.layers);
    expect(violations(planarCase, eager(forwardOf(flow), inputs))).toEqual([]);
  });

  it('compiled', async () => {
    const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
    const arrays = Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values]));
    const runsBefore = runCounter.runs;
    const executable = await programOf(planarCase).specialise(shapes);
    expect(violations(planarCase, await executable.run(arrays))).toEqual([]);
    expect(runCounter.runs).toBe(runsBefore + 1);
  });
});

it.each(Object.entries({ ...constraintMutants, 'the log-det as printed': cancellingLogDet }))(
  'these numbers tell a planar layer from one with %s',
  (_, change) => {
    const single = cases.filter(({ layers, name }) => layers === 1 && !name.startsWith('large'));
    const found = (changed: typeof change) =>
      single.flatMap((each) => violations(each, eager(forwardOf(plainPlanar(each.dim, changed)), inputsOf(each))));
    expect(found({})).toEqual([]);
    expect(found(change)).not.toEqual([]);
  },
);
