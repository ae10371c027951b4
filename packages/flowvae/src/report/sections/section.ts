// A section of a report, and the rows of its summary.
import type { ReportSection } from '@flowvae/figures';
import { meanOf, standardErrorOf, twoDecimals } from '../diagnostics-report.ts';
import type { NamedFigure } from '../figures/named-figure.ts';

/** A section whose figures are still to be drawn. */
export interface Section extends Omit<ReportSection, 'figures'> {
  readonly figures?: readonly NamedFigure[];
}

/** A number of each datum as a row: its name, mean, standard error and count. */
export const summaryRow = (label: string, values: readonly number[], shown = twoDecimals): string[] => [
  label,
  shown(meanOf(values)),
  values.length > 1 ? shown(standardErrorOf(values)) : '–', // one datum has no spread
  String(values.length),
];
