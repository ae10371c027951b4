// Ours beside the paper's and the Oxford reproduction's, as Markdown.
import { markdownTable } from '../markdown-table.ts';
import type { Result } from '../reproduce/experiment.ts';
import { otherBits } from '../reproduce/own-data.ts';
import type { VaeResult } from '../reproduce/vae-result.ts';
import { oxford, oxfordCurves, paper } from './published.ts';
import { byFlow, type Estimate, familyOf, flowOf, type Group, grouped, groups, networkOf } from './seeds.ts';

const headerOf = (results: readonly VaeResult[]) => [
  'network, steps',
  'flow',
  'K',
  'seeds',
  'validation −ELBO (Oxford, same step)',
  'test −ELBO',
  `−ln p(x), S = ${distinct(results, 'samples')}`,
  `S = ${distinct(results, 'closeSamples')}`,
  `KL, S = ${distinct(results, 'samples')}`,
  'paper −ELBO, −ln p(x)',
  'Oxford −ELBO, −ln p(x)',
];

/** One row for each network, length and flow, over its seeds. */
export function table(results: readonly Result[]): string {
  const rows = groups(results as readonly VaeResult[]).map((group) => {
    const { network, steps, family, k, seeds } = group;
    return [
      `${network}, ${steps.toLocaleString('en-GB')}`,
      family,
      `${k}`,
      `${seeds}`,
      `${group.validation.mean.toFixed(2)}${oxfordAt(group)}`,
      ...[group.elbo, group.nll, group.closeNll, group.kl].map(withError),
      published(paper[family]?.[k]),
      published(oxford[family]?.[k]),
    ];
  });
  return `${markdownTable(headerOf(results as readonly VaeResult[]), rows)}\n${remark(results as readonly VaeResult[])}\n${drawsRemark(results as readonly VaeResult[])}${curves(results as readonly VaeResult[])}`;
}

const withError = ({ mean, error }: Estimate) =>
  `${mean.toFixed(2)}${Number.isNaN(error) ? '' : ` ± ${error.toFixed(2)}`}`;

const published = (numbers: { readonly negativeElbo: number; readonly nll: number } | undefined) =>
  numbers ? `${numbers.negativeElbo.toFixed(2)}, ${numbers.nll.toFixed(2)}` : '–';

function oxfordAt({ architecture, family, k, steps }: Group): string {
  const there = architecture.startsWith('oxford') ? oxfordCurves[family]?.[k]?.[steps] : undefined;
  return there === undefined ? '' : ` (${there.toFixed(1)})`;
}

/** Numbers of one configuration on several draws of the bits; empty where each has one draw. */
function drawsRemark(results: readonly VaeResult[]): string {
  const sameButBits = grouped(results, (run) =>
    [run.architecture, run.settings.heads, flowOf(run), run.steps, run.seed].join(' '),
  );
  const lines = [...sameButBits.values()].flatMap((runs) => (runs.length < 2 ? [] : [`- ${drawsOf(runs)}\n`]));
  return lines.length === 0 ? '' : `\nThe same configuration on several draws of the bits:\n\n${lines.join('')}`;
}

function drawsOf(runs: readonly VaeResult[]): string {
  const [run] = runs as [VaeResult];
  const numbers = (value: (run: VaeResult) => number) => {
    const values = runs.map(value);
    const apart = Math.max(...values) - Math.min(...values);
    const each = runs.map((one) => `${value(one).toFixed(2)} (${otherBits(one)[0] ?? 'the usual draw'})`);
    return `${each.join(', ')}: ${apart.toFixed(2)} apart`;
  };
  const heads = run.settings.heads === 'scaled' ? ', scaled heads' : '';
  const name = `${run.architecture}${heads}, ${flowOf(run)}, ${run.steps.toLocaleString('en-GB')} steps, seed ${run.seed}`;
  const bounds = numbers(({ testNegativeElbo }) => testNegativeElbo);
  return `${name}: test −ELBO ${bounds}; −ln p(x) ${numbers(({ nll200 }) => nll200)}`;
}

/** The validation curves beside the published ones, at the published steps; empty if no run has a curve. */
function curves(results: readonly VaeResult[]): string {
  const theirs = (run: VaeResult) => oxfordCurves[familyOf(run)]?.[run.k];
  const runs = results
    .filter((run) => run.architecture.startsWith('oxford'))
    .toSorted(
      (a, b) => a.steps - b.steps || a.architecture.localeCompare(b.architecture) || byFlow(a, b) || a.seed - b.seed,
    );
  const at = (run: VaeResult, step: number) => run.validationCurve.find(([other]) => other === step)?.[1];
  const steps = Object.keys(oxfordCurves.none![0]!)
    .map(Number)
    .filter((step) => runs.some((run) => at(run, step) !== undefined));
  if (steps.length === 0) return '';
  const rows = runs.map((run) => [
    networkOf(run),
    `${flowOf(run)}${run.seed > 0 ? `, seed ${run.seed}` : ''}`,
    `${run.steps.toLocaleString('en-GB')}`,
    ...steps.map((step) => {
      const ours = at(run, step);
      const there = theirs(run)?.[step];
      return ours === undefined ? '–' : `${ours.toFixed(2)}${there === undefined ? '' : ` (${there.toFixed(1)})`}`;
    }),
  ]);
  const header = [
    'validation −ELBO (Oxford) by step',
    'flow',
    'of',
    ...steps.map((step) => step.toLocaleString('en-GB')),
  ];
  return `\n${markdownTable(header, rows)}`;
}

/** The remarks that hold for all rows, from the results themselves. */
function remark(results: readonly VaeResult[]): string {
  const onMnist = results.filter(({ settings: { data = 'mnist' } }) => data === 'mnist');
  const [binarisation, images] = [distinct(onMnist, 'binarization'), distinct(results, 'images')];
  const isKnown = results.every(({ kl200StandardError }) => kl200StandardError !== undefined);
  return [
    `Nats. MNIST, ${binarisation} binarisation, files of bits as they are, ${images} test images; ± is the standard error over seeds, of one seed over images. KL(q‖p(z|x)) is the bound minus −ln p(x)${isKnown ? '' : '; the first runs do not tell its error'}.`,
    `S = ${distinct(results, 'closeSamples')}: the first ${distinct(results, 'closeImages')} images have both, and a ${distinct(results, 'closeEstimator')} carries the change over to all.`,
    'Paper and Oxford: 500,000 steps, S = 200; Oxford’s NICE had 250,000 steps, and its networks are near ours, not the same. The paper does not specify its NICE networks, so its numbers stand beside each of our variants. Oxford’s validation values are of one of three seeds, of NICE the mean of three or four.',
  ].join(' ');
}

/** All values of a field, once each; numbers of images with their thousands. */
function distinct(results: readonly VaeResult[], field: keyof VaeResult): string {
  const text = (value: unknown) =>
    /images/i.test(field as string) ? Number(value).toLocaleString('en-GB') : `${value}`;
  return [...new Set(results.map((result) => text(result[field])))].join(' and ');
}
