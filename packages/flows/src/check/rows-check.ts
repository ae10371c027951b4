// Rows of a batch do not depend on each other: what a flow makes of a point is the same wherever it stands, and alone.
import { fold } from '@flowvae/random';
import { evaluate, forwardOf, type Inputs, type ShapedArray } from './drawn-inputs.ts';
import { inverseProbes, type Probe } from './probe.ts';
import { deviation, movedByRounding, SAFETY } from './rounding.ts';
import { type Results, rowsOf } from './stacked-inputs.ts';
import { type Comparison, relativeError, type Tally, tally } from './tally.ts';

/**
 * Results of one row may differ by this, relative to max(1, |value|), beside rounding: sums may run in another order.
 */
const TOLERANCE = 1e-5;

/** Computations with moved inputs. */
const COPIES = 3;

/** Where rounding moves a value by more, relative to max(1, |value|), it is not judged. */
const LARGEST_ROUNDING = 1e-2;

/**
 * Forward, and the inverse where there is one, of the batch in reverse order and of its last row alone: each row as in
 * the batch itself. Parameters that belong to a point go with it.
 */
export function rows(probes: readonly Probe[]): Tally[] {
  const inverses = inverseProbes(probes);
  return probes.map((probe, i) => tally([...comparisonsOf(probe), ...(inverses ? comparisonsOf(inverses[i]!) : [])]));
}

function comparisonsOf(probe: Probe): (Comparison | undefined)[] {
  const { flow, inputs, key } = probe;
  const points = rowsOf(inputs);
  const order = Array.from({ length: points }, (_, row) => points - 1 - row);
  // each by itself: the probe's own copies share a batch, so that rows which depend on each other would look rounded
  const copies = Array.from({ length: COPIES + 1 }, (_, copy) =>
    evaluate(forwardOf(flow), copy === 0 ? inputs : movedByRounding(inputs, fold(key, 'rows', copy))),
  );
  return [...compared(probe, copies, order, 'in reverse order'), ...compared(probe, copies, [points - 1], 'alone')];
}

/** Some rows as a batch of their own, each with the same row of the whole one. */
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

/** Parameters in one row belong to no point. */
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
