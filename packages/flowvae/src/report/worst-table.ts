// The test data that the model describes worst, as a table that readers sort.
import { imageGrid, type ReportCell, type ReportTable } from '@flowvae/figures';
import type { Experiment } from '../run/experiment.ts';
import type { Diagnostics } from './diagnostics.ts';
import { twoDecimals } from './diagnostics-report.ts';
import { firstRows } from './first-rows.ts';
import { drawnImages, imageForm, isPicture } from './image-figures.ts';
import type { LossWords } from './sections/loss-words.ts';

/** Rows of the table. */
const MOST = 50;

/** The data with the largest −log p̂(x), from the worst on. */
export function worstTable(
  parts: Experiment,
  { estimates, evaluation, noun }: Pick<Diagnostics, 'estimates' | 'evaluation' | 'noun'>,
  loss: LossWords,
): ReportTable {
  const order = [...estimates.keys()].toSorted((a, b) => estimates[a]!.logEvidence - estimates[b]!.logEvidence);
  const pictures = isPicture(parts.data);
  const isEstimate = evaluation.samples > 1; // else the estimate is the bound
  const rows = order.slice(0, MOST).map((i): ReportCell[] => {
    const { logEvidence, elbo, paretoK, effectiveSampleSize } = estimates[i]!;
    return [
      String(i),
      ...(pictures ? [{ image: pictureOf(parts, i), alt: `test image ${i}` }] : []),
      ...labelOf(parts, i),
      ...[-logEvidence, elbo].map(shown),
      ...(isEstimate ? [logEvidence - elbo, paretoK, effectiveSampleSize].map(shown) : []),
    ];
  });
  return {
    caption: `The ${rows.length} test ${noun}s with the largest −log p̂(x); nats. A click on a column sorts by it.`,
    columns: [
      noun,
      ...(pictures ? ['picture'] : []),
      ...(hasLabels(parts) ? [parts.data.label ?? 'label'] : []),
      '−log p̂(x)',
      'ELBO',
      ...(isEstimate ? [loss.column, 'k̂', `effective of ${evaluation.samples}`] : []),
    ],
    rows,
    isSortable: true,
  };
}

/** k̂ needs samples, and is not finite where all weights are 0. */
const shown = (value: number): string => (Number.isFinite(value) ? twoDecimals(value) : '–');

function pictureOf({ test, data }: Experiment, index: number): Uint8Array {
  const { values } = firstRows({ ...test, count: 1, row: () => test.row(index) }, data, 1);
  return imageGrid({ images: drawnImages(values, data), ...imageForm(data), columns: 1 });
}

/** Labels of one number, such as a class. */
const hasLabels = ({ set }: Experiment) => set.y !== undefined && set.y.shape.length === 1;

function labelOf(parts: Experiment, index: number): string[] {
  const { set, data } = parts;
  if (!hasLabels(parts)) return [];
  const row = set.splits.test[index]!;
  const value = new Float32Array(1);
  set.y!.read(row, row + 1, value);
  return [data.classes?.[value[0]!] ?? String(value[0]!)];
}
