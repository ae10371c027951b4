// A comparison as one HTML page that loads nothing: the table, which sorts and filters, the curves, the runs.
import { htmlReport, type ReportSection } from '@flowvae/figures';
import { counted } from '../../report/counted.ts';
import { version } from '../../run/version.ts';
import type { Comparison } from '../compare-runs.ts';
import { displayTable, footnotes } from '../formats/display-table.ts';
import { comparedCurves } from './curves.ts';

/** Writes the page; equal comparisons give equal pages. */
export function comparisonPage(comparison: Comparison): string {
  const { rows, metric, groupColumns } = comparison;
  const runs = rows.reduce((sum, row) => sum + row.runs.length, 0);
  return htmlReport({
    title: `${counted(rows.length, 'method')} by ${metric.label}`,
    subtitle: `${counted(runs, 'run')}, grouped by ${groupColumns.join(', ')}. Densities in nats.`,
    sections: [tableSection(comparison), ...curvesSection(comparison), runsSection(comparison)],
    footer: `flowvae ${version} compare`,
  });
}

function tableSection(comparison: Comparison): ReportSection {
  const { columns, rows } = displayTable(comparison);
  return {
    title: 'Table',
    tables: [{ columns: columns.map(({ head }) => head), rows, isSortable: true, isFilterable: rows.length > 1 }],
    text: footnotes(comparison).map((note) => `${note[0]!.toUpperCase()}${note.slice(1)}.`),
  };
}

function curvesSection(comparison: Comparison): ReportSection[] {
  const image = comparedCurves(comparison, { format: 'svg' });
  if (!image) return [];
  return [{ title: 'Learning curves', figures: [{ image, alt: 'The bound of each method by training step' }] }];
}

const runsSection = ({ rows, metric }: Comparison): ReportSection => ({
  title: 'Runs',
  tables: [
    {
      caption: `The seeds of each method; ${metric.label} is a mean over test rows`,
      columns: ['method', 'seed', 'run'],
      rows: rows.flatMap(({ label, runs, seeds }) => runs.map((run, i) => [label, String(seeds[i]), run])),
      isSortable: true,
      isFilterable: true,
    },
  ],
});
