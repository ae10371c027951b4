// Rows of a batch do not depend on each other: a point's results are the same at any place of the batch, and alone.
import { fold } from '@flowvae/random';
import { evaluate, forwardOf, type Inputs, type ShapedArray } from './drawn-inputs.ts';
import { inverseProbes, type Probe } from './probe.ts';
import { deviation, movedByRounding, SAFETY } from './rounding.ts';
import { type Results, rowsOf } from './stacked-inputs.ts';
import { type Comparison, relativeError, type Tally, tally } from './tally.ts';

/**
 * Allowed difference of one row's results, relative to max(1, |value|), beside rounding: sums may run in another order.
 */
const TOLERANCE = 1e-5;

/** Computations with moved inputs. */
const COPIES = 3;

/** A value that rounding moves by more, relative to max(1, |value|), is not judged. */
const LARGEST_ROUNDING = 1e-2;

/**
 * Evaluates forward, and the inverse if there is one, on the reversed batch and on its last row alone; each row must
 * equal its row of the batch. A point's own parameters move with the point.
 */
export function rows(probes: readonly Probe[]): Tally[] {
  const inverses = inverseProbes(probes);
  return probes.map((probe, i) => tally([...comparisonsOf(probe), ...(inverses ? comparisonsOf(inverses[i]!) : [])]));
}

function comparisonsOf(probe: Probe): (Comparison | undefined)[] {
  const { flow, inputs, key } = probe;
  const points = rowsOf(inputs);
  const order = Array.from({ length: points }, (_, row) => points - 1 - row);
  // each copy has its own batch: the probe's copies share one, so dependent rows would look rounded
  const copies = Array.from({ length: COPIES + 1 }, (_, copy) =>
    evaluate(forwardOf(flow), copy === 0 ? inputs : movedByRounding(inputs, fold(key, 'rows', copy))),
  );
  return [...compared(probe, copies, order, 'in reverse order'), ...compared(probe, copies, [points - 1], 'alone')];
}

/** Compares some rows, as their own batch, with the same rows of the whole batch. */
function compared(
  { flow, inputs, pointName }: Probe,
  copies: readonly Results[],
  order: readonly number[],
  how: string,
): (Comparison | undefined)[] {
  const [whole] = copies as [Results];
  const results = evaluate(forwardOf(flow), chosenRows(inputs, order, flow.shared));
  return order.flatMap((row, place) =>
    (['y', 'logDet'] as const).flatMap((name) => {
      const width = results[name]!.length / order.length;
      return Array.from({ length: width }, (_, j): Comparison | undefined => {
        const [found, value] = [results[name]![place * width + j]!, whole[name]![row * width + j]!];
        const moved = deviation(copies.map((copy) => copy[name]![row * width + j]!));
        const rounding = (SAFETY * moved) / Math.max(1, Math.abs(value));
        if (!(rounding <= LARGEST_ROUNDING)) return undefined;
        return {
          error: relativeError(found, value),
          allowed: TOLERANCE + rounding,
          at: `${pointName === 'z' ? '' : 'inverse, '}point ${row}`,
          finding: () => `${name} is ${value} in its batch and ${found} ${how}`,
        };
      });
    }),
  );
}

/** Parameters in one row belong to all points. */
const chosenRows = (inputs: Inputs, order: readonly number[], shared: readonly string[] = []): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, array]) => {
      const isOwn = array.shape[0] === rowsOf(inputs) && !shared.includes(name);
      return [name, isOwn ? gathered(array, order) : array];
    }),
  );

function gathered({ shape, values }: ShapedArray, order: readonly number[]): ShapedArray {
  const size = values.length / shape[0]!;
  const chosen = new Float32Array(order.length * size);
  order.forEach((row, place) => {
    chosen.set(values.subarray(row * size, (row + 1) * size), place * size);
  });
  return { shape: [order.length, ...shape.slice(1)], values: chosen };
}
