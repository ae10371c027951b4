// The rows that can be held against published numbers: how far ours are from them, in standard errors.
import { markdownTable } from '../markdown-table.ts';
import type { Result } from '../reproduce/experiment.ts';
import type { VaeResult } from '../reproduce/vae-result.ts';
import { oxford, paper } from './published.ts';
import { type Estimate, type Group, groups } from './seeds.ts';

/** Steps behind the published numbers, but for the reproduction's NICE, which had half. */
const PUBLISHED_STEPS = 500_000;

/** Standard errors within which a number counts as reached. */
const WITHIN = 2;

/** Nats between bound and −ln p(x): ours, the reproduction's and the paper's. */
function gaps({ family, k, elbo, nll }: Group): string {
  const between = (numbers: { readonly negativeElbo: number; readonly nll: number } | undefined) =>
    numbers ? (numbers.negativeElbo - numbers.nll).toFixed(1) : 'none';
  const here = between({ negativeElbo: elbo.mean, nll: nll.mean });
  return `${here} nats here, ${between(oxford[family]?.[k])} in the reproduction, ${between(paper[family]?.[k])} in the paper`;
}

/** Why rows miss a number, by their name; each claim stands on rows of these tables. */
const reasons: Readonly<Record<string, (row: Group) => string>> = {
  'oxford-bounded, scaled heads, none': (row) =>
    `the layers are the reproduction’s, and so are the numbers. With the paper’s layers, \`maxout\`, ours are ahead of the paper’s after a fifth of its steps. Between bound and −ln p(x) lie ${gaps(row)}.`,
  'oxford-bounded, scaled heads, planar*10': (row) =>
    `the bound is the paper’s, −ln p(x) the reproduction’s. Between the two lie ${gaps(row)}: as without a flow, the paper’s decoder is better and its posterior farther off.`,
  'oxford-bounded, scaled heads, planar*20': (row) =>
    `as with ten layers. Between bound and −ln p(x) lie ${gaps(row)}.`,
  'oxford-bounded, scaled heads, planar*40': (row) =>
    `both numbers are the reproduction’s, whose layers these are: from 20 to 40 layers the bound gains less than a nat in both, 1.3 in the paper. Between bound and −ln p(x) lie ${gaps(row)}.`,
};

/** Whether a row is as long as the published ones, or has the paper's own layers. */
const isComparable = ({ steps, architecture, isUsualDraw }: Group) =>
  isUsualDraw && (steps === PUBLISHED_STEPS || architecture === 'maxout');

const nameOf = ({ network, family, k }: Group) => `${network}, ${family}${k > 0 ? `*${k}` : ''}`;

/** A published number beside ours. */
interface Comparison {
  readonly text: string;
  readonly isReached: boolean;
}

/** @param error of the published number; 0 where none is published */
function comparison(own: Estimate, published: number | undefined, error = 0): Comparison {
  if (published === undefined) return { text: '–', isReached: true };
  const difference = own.mean - published;
  const errors = difference / Math.hypot(own.error, error);
  const isReached = errors <= WITHIN;
  return {
    text: `${published.toFixed(2)} (${signed(difference, 2)}, ${signed(errors, 1)}) ${isReached ? '✓' : '✗'}`,
    isReached,
  };
}

const signed = (value: number, digits: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;

/** The comparisons of a row: bound with paper and reproduction, then −ln p(x). */
function comparisonsOf({ architecture, family, k, elbo, nll }: Group): readonly Comparison[] {
  const ofPaper = paper[family]?.[k];
  // the reproduction has no such layers, and trained NICE for half of the steps
  const ofOxford = architecture === 'maxout' || isNice(family) ? undefined : oxford[family]?.[k];
  return [
    comparison(elbo, ofPaper?.negativeElbo),
    comparison(elbo, ofOxford?.negativeElbo),
    comparison(nll, ofPaper?.nll, ofPaper?.nllError),
    comparison(nll, ofOxford?.nll),
  ];
}

const isNice = (family: string) => family.startsWith('nice');

/** A remark on every row of NICE. */
const OF_NICE =
  '- NICE: the paper does not specify its networks, so its numbers are those of other networks than ours.\n';

const header = [
  'network, flow',
  'steps',
  'seeds',
  'test −ELBO',
  'paper',
  'Oxford',
  '−ln p(x), S = 200',
  'paper',
  'Oxford',
];

const ours = ({ mean, error }: Estimate) => `${mean.toFixed(2)} ± ${error.toFixed(2)}`;

/** Our rows against the published ones as Markdown, and a sentence for each row that misses a number. */
export function verdicts(results: readonly Result[]): string {
  const rows = groups(results as readonly VaeResult[]).filter(isComparable);
  const cells = rows.map((row) => {
    const [bound, boundThere, nll, nllThere] = comparisonsOf(row).map(({ text }) => text);
    const { steps, seeds } = row;
    return [
      nameOf(row),
      steps.toLocaleString('en-GB'),
      `${seeds}`,
      ...[ours(row.elbo), bound!, boundThere!],
      ...[ours(row.nll), nll!, nllThere!],
    ];
  });
  const missed = rows.filter((row) => comparisonsOf(row).some(({ isReached }) => !isReached));
  const sentences = missed.map((row) => `- ${nameOf(row)}: ${reasons[nameOf(row)]?.(row) ?? 'not explained yet.'}\n`);
  if (rows.some(({ family }) => isNice(family))) sentences.push(OF_NICE);
  return `${markdownTable(header, cells)}\n${sentences.join('')}`;
}
