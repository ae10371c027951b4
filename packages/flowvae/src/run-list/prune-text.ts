// Removals as lines for people.
import { counted } from '../report/counted.ts';
import { alignedLines } from '../target/text/numbers.ts';
import { sizeText } from './amounts.ts';
import type { Pruning } from './prune.ts';

/** A line for each removal, one for each run that keeps its files, and the sum. */
export function pruneLines({ removals, kept }: Pruning, isDone: boolean): readonly string[] {
  const rows = removals.map(({ run, what, files, bytes }) => [
    run,
    what,
    counted(files.length, 'file'),
    sizeText(bytes),
  ]);
  const bytes = removals.reduce((sum, each) => sum + each.bytes, 0);
  const sum = isDone ? `removed ${sizeText(bytes)}` : `would remove ${sizeText(bytes)}: pass --yes to remove them`;
  return [
    ...(rows.length > 0 ? alignedLines(rows) : []),
    ...kept.map(({ run, reason }) => `kept ${run}: ${reason}`),
    rows.length > 0 || kept.length > 0 ? sum : 'nothing to remove',
  ];
}
