// A comparison of guides as a table for people: aligned text, and Markdown.
import type { GuideRow } from '@flowvae/inference';
import { counted, grouped } from '../report/counted.ts';
import { alignedLines, withError } from './numbers.ts';

const heads = ['guide', 'ELBO', 'log Z', 'k̂', 'ESS', 'parameters', 'seconds'] as const;

function cellsOf(row: GuideRow): readonly string[] {
  return [
    row.guide,
    row.failure === undefined ? withError(row.elbo, row.elboError) : 'diverged',
    withError(row.logZ, row.logZError),
    Number.isFinite(row.paretoK) ? row.paretoK.toFixed(2) : '-',
    Number.isFinite(row.effectiveSampleSize) ? grouped(Math.round(row.effectiveSampleSize)) : '-',
    Number.isFinite(row.parameters) ? grouped(row.parameters) : '-',
    row.seconds.toFixed(1),
  ];
}

/** The table as aligned lines. */
export const comparisonLines = (rows: readonly GuideRow[]): readonly string[] =>
  alignedLines([heads, ...rows.map(cellsOf)]);

/** Facts of a comparison that its page names. */
interface Compared {
  readonly name: string;
  readonly dim: number;
  readonly steps: number;
  readonly samples: number;
  readonly knownLogZ: number | undefined;
}

/** The table as a page of Markdown. */
export function comparisonPage(rows: readonly GuideRow[], { name, dim, steps, samples, knownLogZ }: Compared): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const known = knownLogZ === undefined ? '' : ` log Z is ${knownLogZ}.`;
  return [
    `# Guides for ${name}`,
    '',
    `${counted(dim, 'dimension')}, ${grouped(steps)} steps, ${grouped(samples)} importance samples; nats, ± one standard error; the greatest ELBO first.${known}`,
    '',
    line(heads),
    line(heads.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(cellsOf(row).map((cell, i) => (i === 0 ? `\`${cell}\`` : cell)))),
    ...rows.flatMap(({ guide, failure }) => (failure === undefined ? [] : ['', `\`${guide}\`: ${failure}`])),
    '',
  ].join('\n');
}
