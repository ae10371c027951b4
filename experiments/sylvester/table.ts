// Ours beside PyTorch at equal steps, and beside the published end.
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
  'largest difference at a recorded step',
  'published end',
];

function rowOf({ posterior, runs, peers }: SylvesterGroup): string[] {
  const [first] = runs as [SylvesterResult];
  const test = meanOf(runs.map(({ testNegativeElbo }) => testNegativeElbo));
  const curve = meanCurve(runs.map(({ validationCurve }) => validationCurve));
  const theirs = meanCurve(peers.map(({ validationCurve }) => validationCurve));
  const last = Math.max(...curve.keys());
  const { mean, deviation } = published[posterior];
  return [
    [posteriors[posterior], ...otherBits(first)].join(', '),
    `${first.k}`,
    `${first.set.warmUp}`,
    last.toLocaleString('en-GB'),
    `${runs.length}`,
    runs.length > 1 ? withError(test) : `${test.mean.toFixed(2)} ± ${first.testNegativeElboStandardError.toFixed(2)}`,
    withError(curve.get(last)!),
    theirs.has(last) ? `${withError(theirs.get(last)!)} (${peers.length})` : '–',
    differenceOf(curve, theirs),
    first.images === 10_000 ? `${mean.toFixed(2)} ± ${deviation.toFixed(2)}` : '–',
  ];
}

const withError = ({ mean, error }: Mean) => `${mean.toFixed(2)}${Number.isNaN(error) ? '' : ` ± ${error.toFixed(2)}`}`;

/** The largest |difference| and its step: the largest in standard errors where both sides have several runs. */
function differenceOf(ours: ReadonlyMap<number, Mean>, theirs: ReadonlyMap<number, Mean>): string {
  const differences = [...ours].flatMap(([step, { mean, error }]) => {
    const there = theirs.get(step);
    return there ? [{ step, nats: mean - there.mean, errors: Math.hypot(error, there.error) }] : [];
  });
  if (differences.length === 0) return '–';
  const sizeOf = ({ nats, errors }: (typeof differences)[number]) =>
    Math.abs(Number.isFinite(errors) ? nats / errors : nats);
  const largest = differences.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
  const { step, nats, errors } = largest;
  const inErrors = Number.isFinite(errors) ? `, ${sizeOf(largest).toFixed(1)} errors` : '';
  return `${nats < 0 ? '−' : '+'}${Math.abs(nats).toFixed(2)}${inErrors} (step ${step})`;
}

function remark(groups: readonly SylvesterGroup[]): string {
  const samples = [...new Set(groups.flatMap(({ runs }) => runs.map((run) => run.samples)))].join(' and ');
  return [
    `Nats. MNIST, static binarisation, the project’s draw unless a row says otherwise (published: Larochelle’s); draws of the test −ELBO for each image: ${samples}.`,
    '± is the standard error over runs, of one run over images; of the published numbers the standard deviation of three runs. In brackets: runs of PyTorch, or the step. Errors of a difference are those over runs of both sides.',
    'The published runs have up to 2,000 epochs, 1,000,000 steps, and β = 1 after 100 epochs; validation has β = 1 throughout.',
  ].join(' ');
}
