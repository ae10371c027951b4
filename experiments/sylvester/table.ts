// Ours beside PyTorch at equal steps, and beside the published end.
import { markdownTable } from '../markdown-table.ts';
import type { Result } from '../reproduce/experiment.ts';
import { asResult, type Mean, meanCurve, meanOf, peerRuns, type SylvesterResult } from './curves.ts';
import { type PosteriorName, posteriorNames, posteriors, published } from './published.ts';

/** One row for each posterior and length. */
export function table(results: readonly Result[]): string {
  const runs = results.map(asResult);
  const lengths = [...new Set(runs.map(({ steps }) => steps))].toSorted((a, b) => a - b);
  const rows = lengths.flatMap((steps) =>
    posteriorNames.flatMap((posterior) => {
      const own = runs.filter((run) => run.steps === steps && run.set.posterior === posterior);
      return own.length === 0 ? [] : [rowOf(posterior, own)];
    }),
  );
  return `${markdownTable(header, rows)}\n${remark(runs)}\n`;
}

const header = [
  'posterior',
  'layers',
  'steps',
  'runs',
  'test −ELBO',
  'validation −ELBO at the end',
  'PyTorch there',
  'largest difference at a recorded step',
  'published end',
];

function rowOf(posterior: PosteriorName, runs: readonly SylvesterResult[]): string[] {
  const [{ steps, k, images }] = runs as [SylvesterResult];
  const test = meanOf(runs.map(({ testNegativeElbo }) => testNegativeElbo));
  const curve = meanCurve(runs.map(({ validationCurve }) => validationCurve));
  const peers = peerRuns().filter((run) => run.posterior === posterior && run.steps === steps && run.layers === k);
  const theirs = meanCurve(peers.map(({ validationCurve }) => validationCurve));
  const { mean, deviation } = published[posterior];
  return [
    posteriors[posterior],
    `${k}`,
    steps.toLocaleString('en-GB'),
    `${runs.length}`,
    runs.length > 1
      ? withError(test)
      : `${test.mean.toFixed(2)} ± ${runs[0]!.testNegativeElboStandardError.toFixed(2)}`,
    ended(curve, steps),
    ended(theirs, steps),
    differenceOf(curve, theirs),
    images === 10_000 ? `${mean.toFixed(2)} ± ${deviation.toFixed(2)}` : '–',
  ];
}

const withError = ({ mean, error }: Mean) => `${mean.toFixed(2)}${Number.isNaN(error) ? '' : ` ± ${error.toFixed(2)}`}`;

const ended = (curve: ReadonlyMap<number, Mean>, steps: number) => {
  const last = curve.get(steps);
  return last ? `${withError(last)} (${last.runs})` : '–';
};

/** The largest |difference| and its step; in standard errors where both sides have several runs. */
function differenceOf(ours: ReadonlyMap<number, Mean>, theirs: ReadonlyMap<number, Mean>): string {
  const differences = [...ours].flatMap(([step, { mean, error }]) => {
    const there = theirs.get(step);
    return there ? [{ step, nats: mean - there.mean, errors: Math.hypot(error, there.error) }] : [];
  });
  if (differences.length === 0) return '–';
  const { step, nats, errors } = differences.reduce((a, b) => (Math.abs(b.nats) > Math.abs(a.nats) ? b : a));
  const inErrors = Number.isFinite(errors) ? `, ${(Math.abs(nats) / errors).toFixed(1)} errors` : '';
  return `${nats < 0 ? '−' : '+'}${Math.abs(nats).toFixed(2)}${inErrors} (step ${step})`;
}

function remark(runs: readonly SylvesterResult[]): string {
  const distinct = (field: 'binarization' | 'samples') => [...new Set(runs.map((run) => run[field]))].join(' and ');
  return [
    `Nats. MNIST, ${distinct('binarization')} binarisation, a draw of ours (PyTorch: a draw of its own; published: Larochelle’s); test −ELBO by ${distinct('samples')} draws for each image.`,
    '± is the standard error over runs, of one run over images; of the published numbers the standard deviation of three runs. In brackets: runs, or the step.',
    'The published runs have up to 2,000 epochs, 1,000,000 steps, and β = 1 after 100 epochs; validation has β = 1 throughout.',
  ].join(' ');
}
