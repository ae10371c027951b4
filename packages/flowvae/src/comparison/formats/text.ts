// A comparison as aligned lines for a terminal.
import type { Comparison } from '../compare-runs.ts';
import { displayTable, footnotes } from './display-table.ts';

/** Lines of aligned columns, and the notes under them. */
export function comparisonText(comparison: Comparison): string {
  const { columns, rows } = displayTable(comparison);
  const lines = [columns.map(({ head }) => head), ...rows];
  const widths = columns.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  const aligned = lines.map((cells) =>
    cells
      .map((cell, i) => (columns[i]!.isNumber ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
  return [...aligned, ...footnotes(comparison)].map((line) => `${line}\n`).join('');
}
