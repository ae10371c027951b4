// The table of results, as Markdown.
import { markdownTable } from '../markdown-table.ts';

/** What one run leaves. Nats. */
export interface FamilyResult {
  readonly flow: string;
  readonly steps: number;
  readonly seed: number;
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
export function tableOf(results: readonly FamilyResult[], order: readonly string[]): string {
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
