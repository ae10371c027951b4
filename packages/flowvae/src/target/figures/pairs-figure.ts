// Draws of the guide, pair by pair of columns, for targets of more than two dimensions.
import { type ColumnFigureOptions, pairs } from '@flowvae/figures';
import type { Draw } from '../../report/figures/named-figure.ts';
import type { CheckedTarget } from '../checked-target.ts';
import { targetName } from '../own-target.ts';
import type { Finished } from './finished.ts';

/** Columns in one picture. */
const MOST_COLUMNS = 6;

/** The corner plot of the widest columns; undefined where the plane shows them all, and for a single column. */
export function pairsFigure({ target, own }: CheckedTarget, { guide, estimate }: Finished): Draw | undefined {
  const { columns, values } = estimate.draws;
  const isOnPlane = target.dim <= 2 && own.definition.parameters === undefined;
  const spread = (name: string) => estimate.guideMoments[name]!.std;
  const varied = columns.filter((name) => spread(name) > 0); // a lower triangle has zeros above it
  if (isOnPlane || varied.length < 2) return undefined;
  const widest = varied.toSorted((a, b) => spread(b) - spread(a)).slice(0, MOST_COLUMNS);
  const shown = columns.filter((name) => widest.includes(name));
  const part = shown.length < columns.length ? `, the ${shown.length} widest of ${columns.length} columns` : '';
  const options = {
    title: `Draws of ${guide.name}, fitted to ${targetName(own)}${part}`,
    columns: shown.map((name) => ({ name, kind: 'number' as const, at: columns.indexOf(name), width: 1 })),
    series: [{ label: guide.name, values }],
    width: columns.length,
  } satisfies ColumnFigureOptions;
  return (file) => pairs(options, file);
}
