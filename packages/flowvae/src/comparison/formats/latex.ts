// A comparison as a table for LaTeX, with the rules of the booktabs package.
import type { Comparison } from '../compare-runs.ts';
import { displayTable, footnotes } from './display-table.ts';

/** A tabular, with the notes as comments before it. */
export function comparisonLatex(comparison: Comparison): string {
  const { columns, rows } = displayTable(comparison);
  const line = (cells: readonly string[]) => `  ${cells.map(cellOf).join(' & ')} \\\\`;
  return [
    '% needs \\usepackage{booktabs}',
    ...footnotes(comparison).map((note) => `% ${note.replace(/[\r\n]+/g, ' ')}`),
    `\\begin{tabular}{${columns.map(({ isNumber }) => (isNumber ? 'r' : 'l')).join('')}}`,
    '  \\toprule',
    line(columns.map(({ head }) => head)),
    '  \\midrule',
    ...rows.map(line),
    '  \\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n');
}

/** An opening bracket after the end of a line would be the line's argument; numbers have a true minus. */
const cellOf = (cell: string) =>
  escaped(cell)
    .replace(/(^|[^\w{}])-(?=[\d.])/g, (_, before: string) => `${before}$-$`)
    .replace(/^\[/, '{[}');

const symbols: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  '±': '$\\pm$',
  '−': '$-$',
  '–': '--',
  β: '$\\beta$',
  '’': "'",
};

const escaped = (text: string) =>
  text.replace(/[\r\n]+/g, ' ').replace(/[\\{}$&#%_~^<>|±−–β’]/g, (symbol) => symbols[symbol]!);
