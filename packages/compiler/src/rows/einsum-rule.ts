// The rule for rows in a product that is stated by the names of its axes.
import type { GraphNode } from '../graph/graph.ts';
import { type Dependence, type Dependences, fixed, mixed, rowsAt } from './dependence.ts';
import { layoutOf } from './row-layout.ts';

/**
 * Rows that are one whole axis, whose name the result has too: each row is multiplied with itself, and with values that
 * all rows share.
 */
export function contraction(known: Dependences, { inputs, outputs, attributes }: GraphNode): Dependence {
  const [terms, result] = (attributes.equation as string).replaceAll(' ', '').split('->') as [string, string];
  const names = terms.split(',');
  const rowNames = new Set<string | undefined>();
  for (const [i, value] of inputs.entries()) {
    if (known.of(value).kind === 'fixed') continue;
    const place = known.axisOf(value);
    rowNames.add(place?.before === 1 && place.after === 1 ? names[i]![place.axis] : undefined);
  }
  const [name, ...others] = rowNames;
  if (rowNames.size === 0) return fixed;
  if (name === undefined || others.length > 0) return mixed;
  const axis = result.indexOf(name);
  const isShared = inputs.every((value, i) => known.of(value).kind !== 'fixed' || !names[i]!.includes(name));
  const isOnce = names.every((term) => term.split(name).length <= 2); // ii is a diagonal
  if (axis < 0 || !isShared || !isOnce) return mixed;
  return rowsAt(layoutOf({ axis, before: 1, after: 1 }, outputs[0]!.shape));
}
