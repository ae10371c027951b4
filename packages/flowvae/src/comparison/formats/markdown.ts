// A comparison as a table of Markdown.
import type { Comparison } from '../compare-runs.ts';
import { displayTable, footnotes } from './display-table.ts';

/** A table, and the notes under it. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { columns, rows } = displayTable(comparison);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const marks = columns.map(({ isNumber }) => (isNumber ? '---:' : '---'));
  const table = [
    line(columns.map(({ head }) => escaped(head))),
    line(marks),
    ...rows.map((row) => line(row.map(escaped))),
  ];
  return [...table, ...footnotes(comparison).flatMap((note) => ['', escaped(note)]), ''].join('\n');
}

/** Marks of Markdown in values, such as the stars of a flow formula, are taken as they are. */
const escaped = (text: string) => text.replace(/[\\`*_[\]|<>#~&$]/g, '\\$&').replace(/[\r\n]+/g, ' ');
