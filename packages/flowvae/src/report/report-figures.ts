// The charts of a run's report.

import { ACTIVE_VARIANCE } from '@flowvae/evaluation';
import { type BarChartOptions, barChart, histogram } from '@flowvae/figures';
import { paretoKThreshold } from '@flowvae/objectives';
import { counted } from './counted.ts';
import type { Diagnostics } from './diagnostics.ts';
import { klByDimension, meanOf, rangeOf, twoDecimals } from './diagnostics-report.ts';
import { type NamedFigure, slug } from './figures/named-figure.ts';
import { subscript } from './latent/dimension-names.ts';
import { byActivity } from './latent-pictures.ts';
import type { LossWords } from './sections/loss-words.ts';

const half = { width: 560, height: 360 } as const;
const wide = { width: 1000, height: 380 } as const;

/** A figure of bars, described by its title. */
const barFigure = (name: string, chart: BarChartOptions): NamedFigure => ({
  name,
  alt: chart.title,
  onPage: 'svg',
  draw: (file) => barChart(chart, file),
});

/** The terms of the bound. */
export function termsFigure({ statistics, noun }: Diagnostics): NamedFigure {
  const { terms, layers } = statistics;
  const values = {
    'log-likelihood': meanOf(terms.logLikelihood),
    'log prior': meanOf(terms.logPrior),
    '−log base': -meanOf(terms.logBase),
    'Σ log-det': layers.reduce((sum, { logDet }) => sum + meanOf(logDet.mean), 0),
    ELBO: meanOf(terms.elbo),
  };
  const chart = {
    title: 'Terms of the bound',
    note: Object.entries(values)
      .map(([name, value]) => `${name} ${twoDecimals(value)}`)
      .join(',  '),
    xLabel: 'ELBO = log p(x|z) + log p(z) − log q₀(z₀) + Σ log|det J|',
    yLabel: `mean per ${noun} (nats)`,
    categories: Object.keys(values),
    series: [{ label: 'mean', values: Object.values(values), width: 0.6 }],
    ...half,
  };
  return { ...barFigure('terms', chart), alt: 'Bars of the terms of the ELBO', width: 'half' };
}

/** With one sample the estimate is the bound, and its weight is 1. */
const isOfWeights = (name: string) => name === 'kl' || name === 'effective-samples';

/** Distributions over images: evidence, divergence, tails and effective sample sizes. */
export function perImageFigures(
  { estimates, evaluation, noun }: Pick<Diagnostics, 'estimates' | 'evaluation' | 'noun'>,
  loss: LossWords,
): readonly NamedFigure[] {
  const { samples } = evaluation;
  const k = estimates.map(({ paretoK }) => paretoK);
  const nlls = estimates.map(({ logEvidence }) => -logEvidence);
  const charts = [
    {
      name: 'nll',
      title: `−log p̂(x) of each ${noun}`,
      xLabel: `−log p̂(x), ${samples} importance samples (nats)`,
      values: nlls,
      marks: [{ x: meanOf(nlls), label: `mean ${meanOf(nlls).toFixed(1)}` }],
    },
    {
      name: 'kl',
      title: loss.title,
      xLabel: 'log p̂(x) − ELBO (nats)',
      values: estimates.map(({ logEvidence, elbo }) => logEvidence - elbo),
      marks: [],
    },
    {
      name: 'pareto-k',
      title: `Pareto k̂ of each ${noun}’s importance weights`,
      xLabel: 'k̂ (no unit)',
      values: k,
      marks: [{ x: paretoKThreshold(samples), label: `trusted below ${paretoKThreshold(samples).toFixed(2)}` }],
    },
    {
      name: 'effective-samples',
      title: `Effective sample size of each ${noun}`,
      xLabel: `(Σw)²/Σw² of ${samples} weights (samples)`,
      values: estimates.map(({ effectiveSampleSize }) => effectiveSampleSize),
      marks: [],
    },
  ];
  return charts
    .filter(({ name, values }) => values.some(Number.isFinite) && !(samples === 1 && isOfWeights(name)))
    .map(({ name, title, xLabel, values, marks }) => {
      const chart = { title, xLabel, yLabel: `${noun}s`, samples: [{ label: title, values }], marks, ...half };
      return {
        name: `${name}-per-${noun}`,
        alt: `Histogram: ${title}`,
        width: 'half',
        onPage: 'svg',
        draw: (file) => histogram(chart, file),
      };
    });
}

/** Ranges of a number, by layer. */
interface LayerRanges {
  readonly title: string;
  readonly yLabel: string;
  readonly all: readonly (readonly [number, number])[];
  /** Of the middle nine tenths of means; default none. */
  readonly inner?: readonly (readonly [number, number])[];
}

/** Ranges of log-det and invariants, layer by layer; none without a flow. */
export function layerFigures({ statistics, noun }: Diagnostics): readonly NamedFigure[] {
  const { layers, count, samples } = statistics;
  if (layers.length === 0) return [];
  const ranges = ({ title, yLabel, all, inner }: LayerRanges): BarChartOptions => ({
    title,
    note: `over ${counted(count, noun)}, ${counted(samples, 'draw')} each`,
    xLabel: 'layer, the first applied first',
    yLabel,
    categories: layers.map(({ name }) => name),
    arrange: 'over',
    series: inner
      ? [
          { label: `5 % to 95 % of ${noun} means`, values: inner, width: 0.35 },
          { label: 'least to most', values: all, width: 0.75, color: 5 },
        ]
      : [{ label: 'least to most', values: all, width: 0.6 }],
    ...wide,
  });
  const logDet = ranges({
    title: 'Log-det of each layer',
    yLabel: 'log|det J| (nats)',
    all: layers.map((layer) => rangeOf(layer.logDet)),
    inner: layers.map((layer) => [quantile(layer.logDet.mean, 0.05), quantile(layer.logDet.mean, 0.95)]),
  });
  const names = [...new Set(layers.flatMap(({ invariants }) => Object.keys(invariants)))];
  const common = names.filter((name) => layers.every(({ invariants }) => name in invariants));
  return [
    { ...barFigure('log-det-by-layer', logDet), alt: 'Ranges of the log-determinant by layer' },
    ...common.map((name) => {
      const chart = ranges({
        title: `${name} of each layer: above 0 the layer is invertible`,
        yLabel: `${name} (no unit)`,
        all: layers.map(({ invariants }) => rangeOf(invariants[name]!)),
      });
      return { ...barFigure(`${slug(name)}-by-layer`, chart), alt: `Ranges of ${name} by layer` };
    }),
  ];
}

/** Activity and divergence of each latent dimension. */
export function latentFigures(
  { statistics, activity, noun }: Diagnostics,
  isStandardPrior: boolean,
): readonly NamedFigure[] {
  const order = byActivity(activity).slice(0, MOST_BARS);
  const bars = (
    name: string,
    { values, ...words }: Pick<BarChartOptions, 'title' | 'note' | 'yLabel'> & { readonly values: readonly number[] },
  ): NamedFigure => ({
    ...barFigure(name, {
      ...words,
      xLabel: 'dimension of the latent',
      categories: order.map((d) => `z${subscript(d)}`),
      series: [{ label: words.title, values: order.map((d) => values[d]!) }],
      ...half,
    }),
    width: 'half',
  });
  const variance = bars('variance-of-means', {
    title: 'Variance of posterior means',
    note: `${activity.active} of ${statistics.dim} active (above ${ACTIVE_VARIANCE})`,
    yLabel: 'Varₓ E[z|x] (no unit)',
    values: activity.variance,
  });
  const kl = isStandardPrior ? klByDimension(statistics) : undefined;
  const divergence = (values: readonly number[]) =>
    bars('kl-by-dimension', {
      title: 'KL(q‖p(z)) of each dimension',
      note: `sum ${twoDecimals(values.reduce((a, b) => a + b, 0))} nats`,
      yLabel: `mean per ${noun} (nats)`,
      values,
    });
  return [
    ...(statistics.count > 1 ? [variance] : []), // one image has no variance
    ...(kl ? [divergence(kl)] : []),
  ];
}

/** Limit on the dimensions side by side. */
const MOST_BARS = 40;

/** Both parts of the inference gap, image by image. */
export function gapsFigure({ gaps, noun }: Diagnostics): NamedFigure {
  const chart: BarChartOptions = {
    title: 'Inference gap: approximation and amortisation',
    xLabel: `test ${noun}`,
    yLabel: 'nats',
    categories: gaps.map((_, i) => String(i)),
    series: [
      { label: 'approximation: log p̂(x) − L[q*]', values: gaps.map(({ approximation }) => approximation) },
      { label: 'amortisation: L[q*] − L[q]', values: gaps.map(({ amortisation }) => amortisation) },
    ],
    arrange: 'stacked',
    ...wide,
  };
  return { ...barFigure('inference-gap', chart), alt: 'Stacked bars of both gaps' };
}

function quantile(values: Float32Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.round(share * (sorted.length - 1))]!;
}
