// All laws of flows as tests over rows of a table.
import type { Flow, InvertibleFlow } from '@flowvae/flows';
import { describe, expect, it } from 'vitest';
import type { FlowCase } from '../cases/flow-case.ts';
import {
  gradientReachesEveryParameter,
  gradientsCompileToTheSame,
  gradientsMatchDifferences,
} from './flow-gradient-laws.ts';
import * as laws from './flow-laws.ts';

/** Laws of the numbers, at parameters of every scale. */
const ofNumbers: Readonly<Record<string, laws.FlowLaw>> = {
  logDetIsTheJacobians: laws.logDetIsTheJacobians,
  keepsInvariants: laws.keepsInvariants,
  gradientsMatchDifferences,
};

/** Laws of how a flow is computed, which no scale of the parameters changes: at those that training makes. */
const ofComputing: Readonly<Record<string, laws.FlowLaw>> = {
  keepsShapes: laws.keepsShapes,
  rowsAreIndependent: laws.rowsAreIndependent,
  leaksNoTensors: laws.leaksNoTensors,
  refusesWrongShapes: laws.refusesWrongShapes,
  compilesToTheSame: laws.compilesToTheSame,
  gradientReachesEveryParameter,
  gradientsCompileToTheSame,
};

/**
 * Differences of many parameters are dear, and small ones make nearly the same map: beyond the plane they are taken at
 * trained ones.
 */
const isDear = (law: laws.FlowLaw, dim: number, size: string) =>
  law === gradientsMatchDifferences && dim > 2 && size === 'small';

/** The tests of every row. */
export function describeFlowLaws(rows: readonly FlowCase[]): void {
  describe.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => {
    const settings = row.dims.flatMap((dim) =>
      Object.entries(row.scales).map(([size, scale]) => ({ dim, size, scale })),
    );

    describe.each(settings)('in dimension $dim with $size parameters', ({ dim, size, scale }) => {
      const chosen = Object.entries({ ...ofNumbers, ...(size === 'trained' ? ofComputing : {}) });
      it.each(chosen.filter(([, law]) => !isDear(law, dim, size)))('%s', async (__, law) => {
        expect(await law(row.make(dim), scale)).toEqual([]);
      });

      it('inverseUndoesForward, or says why there is no inverse', () => {
        const flow = row.make(dim);
        expect('inverse' in flow, String(row.invertible)).toBe(row.invertible === true);
        if (isInvertible(flow)) expect(laws.inverseUndoesForward(flow, scale)).toEqual([]);
      });

      it('keepsVolume, exactly where its row says so', () => {
        expect(laws.keepsVolume(row.make(dim), scale).length === 0).toBe(row.volumePreserving);
      });
    });

    it.each(row.dims)('staysFinite in dimension %i, with trained parameters and with far larger ones', (dim) => {
      expect(laws.staysFinite(row.make(dim), row.scales.trained)).toEqual([]);
    });

    it.each(row.dims)('startsAsIdentity in dimension %i, or without a change of volume where it mixes', (dim) => {
      const starts = row.startsAs === 'identity' ? laws.startsAsIdentity : laws.startsWithoutVolume;
      expect(starts(row.make(dim)).length === 0).toBe(row.startsAs !== 'another map');
      expect(row.make(dim).start === 'other').toBe(row.startsAs === 'another map');
    });
  });
}

const isInvertible = (flow: Flow): flow is InvertibleFlow => 'inverse' in flow;
