// A comparison of guides as a table for people: aligned text, and Markdown.
import type { GuideRow } from '@flowvae/inference';
import { counted, grouped } from '../../report/counted.ts';
import { alignedLines, withError } from './numbers.ts';

/** A guide, and whether the chains in its noise agree, where there are any. */
export interface ComparisonRow extends GuideRow {
  /** The largest R̂ of a column; below 1.01 for chains that agree. */
  readonly worstRHat?: number;
  /** The least effective sample size, bulk or tail, of a column. */
  readonly leastEss?: number;
  readonly divergences?: number;
}

/** The columns of chains stand only where a guide has them. */
const hasChains = (rows: readonly ComparisonRow[]) => rows.some(({ worstRHat }) => worstRHat !== undefined);

const headsOf = (rows: readonly ComparisonRow[]): readonly string[] => [
  ...['guide', 'ELBO', 'log Z', 'k̂', 'ESS'],
  ...(hasChains(rows) ? ['worst R̂', 'least ESS of chains', 'divergences'] : []),
  ...['parameters', 'seconds'],
];

const chainCells = ({ worstRHat, leastEss, divergences }: ComparisonRow): readonly string[] =>
  worstRHat === undefined
    ? ['-', '-', '-']
    : [worstRHat.toFixed(3), grouped(Math.round(leastEss!)), grouped(divergences!)];

function cellsOf(row: ComparisonRow, withChains: boolean): readonly string[] {
  return [
    row.guide,
    row.failure === undefined ? withError(row.elbo, row.elboError) : 'diverged',
    withError(row.logZ, row.logZError),
    Number.isFinite(row.paretoK) ? row.paretoK.toFixed(2) : '-',
    Number.isFinite(row.effectiveSampleSize) ? grouped(Math.round(row.effectiveSampleSize)) : '-',
    ...(withChains ? chainCells(row) : []),
    Number.isFinite(row.parameters) ? grouped(row.parameters) : '-',
    row.seconds.toFixed(1),
  ];
}

/** The table as aligned lines. */
export const comparisonLines = (rows: readonly ComparisonRow[]): readonly string[] => [
  ...alignedLines([headsOf(rows), ...rows.map((row) => cellsOf(row, hasChains(rows)))]),
  ...untrusted(rows),
];

/** The guides whose log Z cannot be trusted, in a line. */
function untrusted(rows: readonly GuideRow[]): readonly string[] {
  const names = rows.filter(({ paretoK }) => paretoK >= UNTRUSTED).map(({ guide }) => guide);
  const errors = 'their log Z can be farther off than its error says';
  return names.length === 0 ? [] : [`k̂ of ${UNTRUSTED} or more: ${names.join(', ')}; ${errors}`];
}

/** k̂ from which on more draws hardly help. @see Vehtari et al. 2024, arXiv:1507.02646, section 3.2 */
const UNTRUSTED = 0.7;

/** Facts of a comparison that its page names. */
interface Compared {
  readonly name: string;
  readonly dim: number;
  readonly steps: number;
  readonly samples: number;
  readonly knownLogZ: number | undefined;
}

/** The table as a page of Markdown. */
export function comparisonPage(
  rows: readonly ComparisonRow[],
  { name, dim, steps, samples, knownLogZ }: Compared,
): string {
  const heads = headsOf(rows);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const known = knownLogZ === undefined ? '' : ` log Z is ${knownLogZ}.`;
  return [
    `# Guides for ${name}`,
    '',
    `${counted(dim, 'dimension')}, ${grouped(steps)} steps, ${grouped(samples)} importance samples; nats, ± one standard error; the greatest ELBO first.${known}`,
    '',
    line(heads),
    line(heads.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(cellsOf(row, hasChains(rows)).map((cell, i) => (i === 0 ? `\`${cell}\`` : cell)))),
    ...untrusted(rows).flatMap((text) => ['', text]),
    ...rows.flatMap(({ guide, failure }) => (failure === undefined ? [] : ['', `\`${guide}\`: ${failure}`])),
    '',
  ].join('\n');
}
