// The README's table of fits.
import { markdownTable } from '../markdown-table.ts';
import type { WorstErrors } from './worst-errors.ts';

/** One fit; nats. */
export interface TargetResult extends WorstErrors {
  readonly target: string;
  readonly flow: string;
  readonly elbo: number;
  readonly elboError: number;
  readonly logZ: number;
  readonly logZError: number;
  readonly trueLogZ?: number | undefined;
  /** null: the weights were not finite. */
  readonly paretoK: number | null;
  readonly effectiveSampleSize: number;
  readonly samples: number;
  readonly settings: Readonly<Record<string, number>>;
  readonly threads: number;
  readonly seconds: number;
}

const columns = ['target', 'guide', 'ELBO', 'log Z', 'true log Z', 'k̂', 'ESS', 'worst mean', 'worst std', 's'];

const within = (value: number, error: number) => `${value.toFixed(3)} ± ${error.toFixed(3)}`;
const given = (value: number | undefined, digits = 3) => (value === undefined ? '–' : value.toFixed(digits));

/** Rows by target and guide, in the given orders. */
export function fitTable(
  results: readonly TargetResult[],
  { targets, guides }: { readonly targets: readonly string[]; readonly guides: readonly string[] },
): string {
  const place = ({ target, flow }: TargetResult) => targets.indexOf(target) * guides.length + guides.indexOf(flow);
  const rows = results
    .toSorted((a, b) => place(a) - place(b))
    .map((r) => [
      r.target,
      r.flow,
      within(r.elbo, r.elboError),
      within(r.logZ, r.logZError),
      given(r.trueLogZ),
      given(r.paretoK ?? undefined, 2),
      `${((100 * r.effectiveSampleSize) / r.samples).toFixed(0)} %`,
      given(r.worstMean, 2),
      given(r.worstStd, 2),
      r.seconds.toFixed(0),
    ]);
  return `\n${markdownTable(columns, rows)}\n`;
}
