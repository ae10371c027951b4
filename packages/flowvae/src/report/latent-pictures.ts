// Pictures of the latent: the effect of its dimensions on an image, and the places of each class's images.

import { labelRows } from '@flowvae/datasets';
import type { LatentActivity, PosteriorStatistics } from '@flowvae/evaluation';
import { imageGrid, scatterChart } from '@flowvae/figures';
import { dataPoints } from '@flowvae/training';
import { observable } from '@flowvae/vae';
import { widthOfAll } from '../run/covariates/conditioning.ts';
import { namedCovariates } from '../run/covariates/sample-labels.ts';
import type { Experiment } from '../run/experiment.ts';
import { allValues, samplesAt } from '../run/samples/samples-at.ts';
import { nounOf } from './counted.ts';
import type { Draw, NamedFigure } from './figures/named-figure.ts';
import { imageForm, modelImages } from './image-figures.ts';
import { subscript } from './latent/dimension-names.ts';
import { principalPlane } from './latent/principal-components.ts';

/** Values that a dimension takes in a traversal: ±3 in steps of 0.75, in units of the prior N(0, 1). */
const STEPS = Array.from({ length: 9 }, (_, i) => -3 + 0.75 * i);

/** Rows of a traversal, at most. */
const MOST_ROWS = 10;

/** Colours that people can tell apart; more labels are numbers. */
const MOST_CLASSES = 50;

/** Dimensions by falling Var_x E[z|x]. */
export const byActivity = ({ variance }: LatentActivity): readonly number[] =>
  variance.map((_, d) => d).toSorted((a, b) => variance[b]! - variance[a]!);

/** Decoder means along the most active dimensions, one a row, from the posterior mean of the first test image. */
export async function traversalFigure(
  parts: Experiment,
  statistics: PosteriorStatistics,
  activity: LatentActivity,
): Promise<Draw> {
  const { data, plan, test } = parts;
  const model = observable(parts.model, 'traversals');
  const dims = byActivity(activity).slice(0, MOST_ROWS);
  const start = statistics.mean.subarray(0, model.latent);
  const points = dims.flatMap((d) =>
    STEPS.map((value) => Float32Array.from(start, (own, j) => (j === d ? value : own))),
  );
  const flat = Float32Array.from(points.flatMap((point) => [...point]));
  const ofFirst = test.row(0).slice(test.width - widthOfAll(plan.covariates));
  const samples = samplesAt(parts, {
    points: dataPoints(flat, model.latent),
    columns: Float32Array.from({ length: points.length * ofFirst.length }, (_, i) => ofFirst[i % ofFirst.length]!),
    at: (z, columns) => ({ z, observation: model.observe(z, namedCovariates(plan, columns)) }),
  });
  const { images, notFinite } = modelImages(await allValues(samples, parts, points.length), data);
  const grid = {
    images,
    ...imageForm(data),
    columns: STEPS.length,
    title: `Traversals: test image 0’s posterior mean with one dimension (row) set to a value (column)${notFinite}`,
    rowLabels: dims.map((d) => `z${subscript(d)}`),
    columnLabels: STEPS.map((value) => value.toFixed(2).replace('-', '−')),
  };
  return (file) => imageGrid(grid, file);
}

/** Points of a chart with words for its axes. */
interface Plane {
  /** The figure's name. */
  readonly name: string;
  /** [n, 2], row-major. */
  readonly points: Float32Array;
  readonly note?: string;
  readonly axes: readonly [x: string, y: string];
}

/**
 * Posterior means of the test images, coloured by class: in the two most active dimensions and, of more than two, in
 * their two principal components; none without labels or a second dimension.
 */
export function latentMapFigures(
  parts: Experiment,
  statistics: PosteriorStatistics,
  activity: LatentActivity,
): readonly NamedFigure[] {
  const { dim } = statistics;
  const rows = dim < 2 || statistics.count < 2 ? undefined : rowsOfClasses(parts, statistics.count);
  if (!rows) return [];
  const planes = [
    mostActive(statistics, activity),
    ...(dim > 2 && statistics.count > 2 ? [principal(statistics)] : []),
  ];
  return planes.map(({ name, points, note, axes: [xLabel, yLabel] }) => {
    const chart = {
      title: `Posterior means of ${statistics.count} test ${nounOf(parts.data)}s, by class`,
      ...(note ? { note } : {}),
      xLabel,
      yLabel,
      classes: rows.map(({ label, rows: own }) => ({
        label,
        points: Float32Array.from(own.flatMap((i) => [points[2 * i]!, points[2 * i + 1]!])),
      })),
      width: 560, // half a page
      height: 600,
    };
    const draw: Draw = (file) => scatterChart(chart, file);
    return { name, alt: 'Posterior means coloured by class', width: 'half', onPage: 'png', draw };
  });
}

function mostActive({ mean, dim }: PosteriorStatistics, activity: LatentActivity): Plane {
  const [a, b] = byActivity(activity) as [number, number];
  const [first, second] = [Math.min(a, b), Math.max(a, b)];
  return {
    name: 'latent-map',
    points: Float32Array.from({ length: (2 * mean.length) / dim }, (_, at) =>
      at % 2 === 0 ? mean[(at / 2) * dim + first]! : mean[((at - 1) / 2) * dim + second]!,
    ),
    ...(dim > 2 ? { note: 'the two dimensions in which posterior means vary most' } : {}),
    axes: [`E[z${subscript(first)}|x]`, `E[z${subscript(second)}|x]`],
  };
}

function principal({ mean, dim }: PosteriorStatistics): Plane {
  const { points, shares } = principalPlane(mean, dim);
  const [first, second] = shares.map((share) => `${(100 * share).toFixed(1)} %`);
  return {
    name: 'latent-map-components',
    points,
    note: 'the two directions in which posterior means vary most',
    axes: [`first principal component of E[z|x], ${first} of the variance`, `second, ${second}`],
  };
}

/** The rows of each class; undefined without labels, or where labels are numbers. */
function rowsOfClasses({ set, data }: Experiment, count: number) {
  if (!set.y || set.y.shape.length > 1) return undefined;
  const own = labelRows(set.y, set.splits.test.subarray(0, count));
  const kinds = [...new Set(own)].toSorted((x, y) => x - y);
  if (kinds.length > MOST_CLASSES) return undefined;
  return kinds.map((label) => ({
    label: data.classes?.[label] ?? String(label),
    rows: [...own.keys()].filter((i) => own[i] === label),
  }));
}
