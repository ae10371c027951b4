// Ours beside PyTorch at equal steps, and beside the published end.
import { welchDifference } from 'flowvae';
import { markdownTable } from '../markdown-table.ts';
import type { Result } from '../reproduce/experiment.ts';
import { otherBits } from '../reproduce/own-data.ts';
import {
  groupsOf,
  type Mean,
  meanCurve,
  meanOf,
  type PeerRun,
  peerRuns,
  type SylvesterGroup,
  type SylvesterResult,
} from './curves.ts';
import { posteriors, published } from './published.ts';

/** One row for each posterior, its settings, length and draw of the bits. */
export function table(results: readonly Result[], peers: readonly PeerRun[] = peerRuns()): string {
  const groups = groupsOf(results, peers);
  return `${markdownTable(header, groups.map(rowOf))}\n${remark(groups)}\n`;
}

const header = [
  'posterior',
  'layers',
  'epochs of warm-up',
  'steps',
  'runs',
  'test −ELBO',
  'validation −ELBO, last',
  'PyTorch, same step',
  'difference there (95 %)',
  'recorded steps within two errors',
  'published end',
];

function rowOf({ posterior, runs, peers }: SylvesterGroup): string[] {
  const [first] = runs as [SylvesterResult];
  const test = meanOf(runs.map(({ testNegativeElbo }) => testNegativeElbo));
  const curve = meanCurve(runs.map(({ validationCurve }) => validationCurve));
  const theirs = meanCurve(peers.map(({ validationCurve }) => validationCurve));
  const last = Math.max(...curve.keys());
  const [here, there] = [curve.get(last), theirs.get(last)];
  const { mean, deviation } = published[posterior];
  return [
    [posteriors[posterior], ...otherBits(first)].join(', '),
    `${first.k}`,
    `${first.set.warmUp}`,
    first.steps.toLocaleString('en-GB'),
    `${runs.length}`,
    runs.length > 1 ? withError(test) : `${test.mean.toFixed(2)} ± ${first.testNegativeElboStandardError.toFixed(2)}*`,
    here ? withError(here) : '–',
    there ? `${withError(there)} (${peers.length})` : '–',
    here && there ? differenceOf(here, there) : '–',
    stepsWithin(curve, theirs),
    isPublishedData(first) ? `${mean.toFixed(2)} ± ${deviation.toFixed(2)}` : '–',
  ];
}

const withError = ({ mean, error }: Mean) => `${mean.toFixed(2)}${Number.isNaN(error) ? '' : ` ± ${error.toFixed(2)}`}`;

const signed = (nats: number) => `${nats < 0 ? '−' : '+'}${Math.abs(nats).toFixed(2)}`;

/** Ours minus theirs, with Welch's interval where both sides have several runs. */
function differenceOf(ours: Mean, theirs: Mean): string {
  const { value, interval } = welchDifference(ours.values, theirs.values);
  const isKnown = ours.values.length > 1 && theirs.values.length > 1;
  return `${signed(value)}${isKnown ? ` (${signed(interval.from)} to ${signed(interval.to)})` : ''}`;
}

/** How many of the steps that both sides have, where both have several runs. */
function stepsWithin(ours: ReadonlyMap<number, Mean>, theirs: ReadonlyMap<number, Mean>): string {
  const pairs = [...ours].flatMap(([step, here]) => {
    const there = theirs.get(step);
    return there ? [[here, there] as const] : [];
  });
  const isKnown = pairs.every((pair) => pair.every(({ error }) => !Number.isNaN(error)));
  if (pairs.length === 0 || !isKnown) return '–';
  const within = pairs.filter(([a, b]) => Math.abs(a.mean - b.mean) <= 2 * Math.hypot(a.error, b.error));
  return `${within.length} of ${pairs.length}`;
}

/** Whether all test images of MNIST were evaluated, in our bits or in those of Larochelle's files. */
const isPublishedData = ({ images, settings: { data = 'mnist' } }: SylvesterResult) =>
  images === 10_000 && (data === 'mnist' || data.startsWith('binarized_mnist'));

function remark(groups: readonly SylvesterGroup[]): string {
  const samples = [...new Set(groups.flatMap(({ runs }) => runs.map((run) => run.samples)))].join(' and ');
  return [
    `Nats. MNIST, static binarisation, the project’s draw unless a row says otherwise (published: Larochelle’s); draws of the test −ELBO for each image: ${samples}.`,
    '± is the standard error over runs, with * of one run over images; of the published numbers the standard deviation of three runs. In brackets: runs of PyTorch, and the interval of the difference by Welch’s t, ours minus PyTorch’s. Two errors are those over runs of both sides; with few runs equal programs miss them often.',
    'The published runs have up to 2,000 epochs, 1,000,000 steps, and β = 1 after 100 epochs; validation has β = 1 throughout.',
  ].join(' ');
}
