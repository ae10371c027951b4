// The interop table: per file and runtime the largest difference from our own numbers, or why there are none.
import { type Numbers, relativeDifference } from '../compiler/export/runtimes.ts';
import type { Answer } from './programs.ts';
import type { Runtime } from './runtimes.ts';

/** The result of a file in a runtime: the largest difference over all batch sizes, or the reason against it. */
export type Cell = { readonly difference: number } | { readonly reason: string };

/** Numbers agree up to this, relative where they exceed 1. */
const TOLERANCE = 1e-4;

/** Judges answers at several batch sizes by the numbers that are right. */
export function cellOf(answers: readonly Answer[], expected: readonly Numbers[]): Cell {
  const differences = answers.map(({ outputs }, i) =>
    outputs ? relativeDifference(outputs, expected[i]!) : undefined,
  );
  const error = answers.find(({ error }) => error !== undefined)?.error;
  const failed = differences.filter((difference) => difference === undefined).length;
  if (error !== undefined)
    return { reason: failed < answers.length ? `only some batch sizes: ${short(error)}` : short(error) };
  const difference = Math.max(...(differences as number[]));
  return difference <= TOLERANCE ? { difference } : { reason: `other numbers: ${difference.toExponential(0)} off` };
}

/** The first line of an error, without paths and names of nodes, shortened. */
const short = (error: string): string => {
  const [line = ''] = error.trim().split('\n');
  const text = line
    .replaceAll(/\/[^\s'"]*\/(?=[^\s'"]+)/g, '')
    .replaceAll(/ node "[^"]*"/g, ' node')
    .replaceAll('|', '\\|');
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
};

/** A column: a runtime and its cells by row, or why it could not be prepared. */
export interface Column {
  readonly runtime: Pick<Runtime, 'name' | 'version' | 'needs'>;
  readonly cells: ReadonlyMap<string, Cell> | string;
}

const shown = (difference: number) => (difference === 0 ? 'equal' : difference.toExponential(0));

/** Markdown: the matrix, the reasons under numbers, and each runtime's requirements. */
export function formatTable(rows: readonly string[], columns: readonly Column[], batches: readonly number[]): string {
  const reasons: string[] = [];
  const numberOf = (reason: string) => {
    if (!reasons.includes(reason)) reasons.push(reason);
    return reasons.indexOf(reason) + 1;
  };
  const cell = (row: string, { cells }: Column) => {
    if (typeof cells === 'string') return '–';
    const found = cells.get(row)!;
    return 'difference' in found ? shown(found.difference) : `no (${numberOf(found.reason)})`;
  };
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line([row, ...columns.map((column) => cell(row, column))]));
  const read = ({ cells }: Column) =>
    typeof cells === 'string' ? '–' : String(rows.filter((row) => 'difference' in cells.get(row)!).length);
  return [
    '# Exported files in other runtimes',
    '',
    `The largest difference from onnxruntime-node's numbers at batch sizes ${batches.join(', ')}, relative where they exceed 1; up to ${TOLERANCE} they agree.`,
    'Each model has two layers of a flow, 30 pixels, a latent of 4 and random parameters. Written by `pnpm interop --write`.',
    '',
    line(['file', ...columns.map(({ runtime }) => runtime.name)]),
    line(['---', ...columns.map(() => '---')]),
    ...body,
    line([`of ${rows.length}`, ...columns.map(read)]),
    '',
    ...(reasons.length > 0 ? ['Why not:', '', ...reasons.map((reason, i) => `${i + 1}. ${reason}`), ''] : []),
    '| runtime | version | needs |',
    '| --- | --- | --- |',
    ...columns.map(({ runtime, cells }) =>
      line([runtime.name, runtime.version, typeof cells === 'string' ? `not run: ${short(cells)}` : runtime.needs]),
    ),
    '',
  ].join('\n');
}
