// The tables of results, as Markdown.
import { markdownTable } from '../markdown-table.ts';
import type { Case } from './config.ts';

/** The result of one run. Nats. */
export interface FamilyResult extends Case {
  readonly steps: number;
  readonly binarization: string;
  readonly images: number;
  readonly samples: number;
  readonly negativeElbo: number;
  readonly negativeElboStandardError: number;
  readonly nll: number;
  readonly nllStandardError: number;
  readonly parameters: number;
  readonly msPerStep: number;
  /** Threads of the training. */
  readonly threads: number;
  /** Threads of the steps that were timed. */
  readonly timedThreads: number;
  readonly node: string;
}

/** One row a flow, in the given order. */
export function familyTable(results: readonly FamilyResult[], order: readonly string[]): string {
  const sorted = results.toSorted((a, b) => order.indexOf(a.flow) - order.indexOf(b.flow));
  const plain = results.find(({ flow }) => flow === 'none');
  const rows = sorted.map((result) => [
    `\`${result.flow}\``,
    `${result.negativeElbo.toFixed(2)} ± ${result.negativeElboStandardError.toFixed(2)}`,
    plain ? signed(result.negativeElbo - plain.negativeElbo) : '',
    `${result.nll.toFixed(2)} ± ${result.nllStandardError.toFixed(2)}`,
    result.parameters.toLocaleString('en-GB'),
    result.msPerStep.toFixed(1),
  ]);
  return markdownTable(['flow', '−ELBO', 'against `none`', '−ln p(x)', 'parameters', 'ms a step'], rows);
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

/** One row for each flow and kind of heads: the mean over seeds, and how far seeds are apart. */
export function seedsTable(results: readonly FamilyResult[]): string {
  const names = [...new Set(results.map(nameOf))];
  const groups = names.map((name) => [name, results.filter((result) => nameOf(result) === name)] as const);
  const rows = groups.map(([name, runs]) => [
    name,
    spread(runs.map(({ negativeElbo }) => negativeElbo)),
    spread(runs.map(({ nll }) => nll)),
    runs
      .map(({ seed }) => seed)
      .toSorted((a, b) => a - b)
      .join(', '),
    runs[0]!.steps.toLocaleString('en-GB'),
  ]);
  return markdownTable(['flow', '−ELBO', '−ln p(x)', 'seeds', 'steps'], rows);
}

const nameOf = ({ flow, heads }: Case) => (heads === 'plain' ? `\`${flow}\`, plain heads` : `\`${flow}\``);

/** Mean and range. */
function spread(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${mean.toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`;
}
