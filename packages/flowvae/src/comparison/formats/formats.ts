// The forms of a comparison for stdout and files.
import { extname } from 'node:path';
import type { Comparison } from '../compare-runs.ts';
import { comparisonCsv } from './csv.ts';
import { comparisonJson } from './json.ts';
import { comparisonLatex } from './latex.ts';
import { comparisonMarkdown } from './markdown.ts';
import { comparisonText } from './text.ts';

const writers = {
  text: comparisonText,
  markdown: comparisonMarkdown,
  csv: comparisonCsv,
  latex: comparisonLatex,
  json: comparisonJson,
} as const satisfies Readonly<Record<string, (comparison: Comparison) => string>>;

/** A form by its name. */
export type TableFormat = keyof typeof writers;

/** All forms. */
export const tableFormats = Object.keys(writers) as readonly TableFormat[];

/** Writes a comparison in a form. */
export const formatComparison = (comparison: Comparison, format: TableFormat): string => writers[format](comparison);

const endings: Readonly<Record<string, TableFormat>> = {
  '.txt': 'text',
  '.md': 'markdown',
  '.csv': 'csv',
  '.tex': 'latex',
  '.json': 'json',
};

/** The endings of files by which a form is chosen. */
export const tableEndings = Object.keys(endings);

/** The form by the ending of a file's name; text for a name without one. */
export const formatOfFile = (path: string): TableFormat => endings[extname(path).toLowerCase()] ?? 'text';
