// The charts of a run's report.

import { ACTIVE_VARIANCE } from '@flowvae/evaluation';
import { barChart, histogram, type ReportFigure } from '@flowvae/figures';
import { paretoKThreshold } from '@flowvae/objectives';
import { counted } from './counted.ts';
import type { Diagnostics } from './diagnostics.ts';
import { klByDimension, meanOf, rangeOf, twoDecimals } from './diagnostics-report.ts';
import { subscript } from './latent/dimension-names.ts';
import { byActivity } from './latent-pictures.ts';

const svg = { format: 'svg' } as const;
const half = { width: 560, height: 360 } as const;

/** The terms of the bound. */
export function termsFigure({ statistics, noun }: Diagnostics): ReportFigure {
  const { terms, layers } = statistics;
  const values = {
    'log-likelihood': meanOf(terms.logLikelihood),
    'log prior': meanOf(terms.logPrior),
    '−log base': -meanOf(terms.logBase),
    'Σ log-det': layers.reduce((sum, { logDet }) => sum + meanOf(logDet.mean), 0),
    ELBO: meanOf(terms.elbo),
  };
  const image = barChart(
    {
      title: 'Terms of the bound',
      note: Object.entries(values)
        .map(([name, value]) => `${name} ${twoDecimals(value)}`)
        .join(',  '),
      xLabel: 'ELBO = log p(x|z) + log p(z) − log q₀(z₀) + Σ log|det J|',
      yLabel: `mean per ${noun} (nats)`,
      categories: Object.keys(values),
      series: [{ label: 'mean', values: Object.values(values), width: 0.6 }],
      ...half,
    },
    svg,
  );
  return { image, alt: 'Bars of the terms of the ELBO', width: 'half' };
}

/** Distributions over images: evidence, divergence, tails and effective sample sizes. */
export function perImageFigures({ estimates, evaluation, noun }: Diagnostics): readonly ReportFigure[] {
  const { samples } = evaluation;
  const k = estimates.map(({ paretoK }) => paretoK);
  const nlls = estimates.map(({ logEvidence }) => -logEvidence);
  const charts = [
    {
      title: `−log p̂(x) of each ${noun}`,
      xLabel: `−log p̂(x), ${samples} importance samples (nats)`,
      values: nlls,
      marks: [{ x: meanOf(nlls), label: `mean ${meanOf(nlls).toFixed(1)}` }],
    },
    {
      title: `KL(q‖p(z|x)) of each ${noun}, estimated`,
      xLabel: 'log p̂(x) − ELBO (nats)',
      values: estimates.map(({ logEvidence, elbo }) => logEvidence - elbo),
      marks: [],
    },
    {
      title: `Pareto k̂ of each ${noun}’s importance weights`,
      xLabel: 'k̂ (no unit)',
      values: k,
      marks: [{ x: paretoKThreshold(samples), label: `trusted below ${paretoKThreshold(samples).toFixed(2)}` }],
    },
    {
      title: `Effective sample size of each ${noun}`,
      xLabel: `(Σw)²/Σw² of ${samples} weights (samples)`,
      values: estimates.map(({ effectiveSampleSize }) => effectiveSampleSize),
      marks: [],
    },
  ];
  return charts
    .filter(({ values }) => values.some(Number.isFinite))
    .map(({ title, xLabel, values, marks }) => ({
      image: histogram({ title, xLabel, yLabel: `${noun}s`, samples: [{ label: title, values }], marks, ...half }, svg),
      alt: `Histogram: ${title}`,
      width: 'half',
    }));
}

/** Ranges of log-det and invariants, layer by layer; none without a flow. */
export function layerFigures({ statistics, noun }: Diagnostics): readonly ReportFigure[] {
  const { layers, count, samples } = statistics;
  if (layers.length === 0) return [];
  const over = `${counted(count, noun)}, ${counted(samples, 'draw')} each`;
  const ranges = (
    title: string,
    yLabel: string,
    all: readonly (readonly [number, number])[],
    inner: readonly (readonly [number, number])[],
  ) =>
    barChart(
      {
        title,
        note: `over ${over}`,
        xLabel: 'layer, the first applied first',
        yLabel,
        categories: layers.map(({ name }) => name),
        arrange: 'over',
        series: [
          {
            label: inner.length > 0 ? `5 % to 95 % of ${noun} means` : 'least to most',
            values: inner.length > 0 ? inner : all,
            width: inner.length > 0 ? 0.35 : 0.6,
          },
          ...(inner.length > 0 ? [{ label: 'least to most', values: all, width: 0.75, color: 5 }] : []),
        ],
        width: 1000,
        height: 380,
      },
      svg,
    );
  const logDet: ReportFigure = {
    image: ranges(
      'Log-det of each layer',
      'log|det J| (nats)',
      layers.map((layer) => rangeOf(layer.logDet)),
      layers.map((layer) => [quantile(layer.logDet.mean, 0.05), quantile(layer.logDet.mean, 0.95)] as const),
    ),
    alt: 'Ranges of the log-determinant by layer',
  };
  const names = [...new Set(layers.flatMap(({ invariants }) => Object.keys(invariants)))];
  const common = names.filter((name) => layers.every(({ invariants }) => name in invariants));
  return [
    logDet,
    ...common.map(
      (name): ReportFigure => ({
        image: ranges(
          `${name} of each layer: above 0 the layer is invertible`,
          `${name} (no unit)`,
          layers.map(({ invariants }) => rangeOf(invariants[name]!)),
          [],
        ),
        alt: `Ranges of ${name} by layer`,
      }),
    ),
  ];
}

/** Activity and divergence of each latent dimension. */
export function latentFigures(
  { statistics, activity, noun }: Diagnostics,
  isStandardPrior: boolean,
): readonly ReportFigure[] {
  const order = byActivity(activity).slice(0, MOST_BARS);
  const bars = (title: string, yLabel: string, values: readonly number[], note?: string): ReportFigure => ({
    image: barChart(
      {
        title,
        ...(note ? { note } : {}),
        xLabel: 'dimension of the latent',
        yLabel,
        categories: order.map((d) => `z${subscript(d)}`),
        series: [{ label: title, values: order.map((d) => values[d]!) }],
        ...half,
      },
      svg,
    ),
    alt: title,
    width: 'half',
  });
  const kl = isStandardPrior ? klByDimension(statistics) : undefined;
  const note = `${activity.active} of ${statistics.dim} active (above ${ACTIVE_VARIANCE})`;
  return [
    ...(statistics.count > 1
      ? [bars('Variance of posterior means', 'Varₓ E[z|x] (no unit)', activity.variance, note)]
      : []), // one image has no variance
    ...(kl
      ? [
          bars(
            'KL(q‖p(z)) of each dimension',
            `mean per ${noun} (nats)`,
            kl,
            `sum ${twoDecimals(kl.reduce((a, b) => a + b, 0))} nats`,
          ),
        ]
      : []),
  ];
}

/** Limit on the dimensions side by side. */
const MOST_BARS = 40;

/** Both parts of the inference gap, image by image. */
export function gapsFigure({ gaps, noun }: Diagnostics): ReportFigure {
  const image = barChart(
    {
      title: 'Inference gap: approximation and amortisation',
      xLabel: `test ${noun}`,
      yLabel: 'nats',
      categories: gaps.map((_, i) => String(i)),
      series: [
        { label: 'approximation: log p̂(x) − L[q*]', values: gaps.map(({ approximation }) => approximation) },
        { label: 'amortisation: L[q*] − L[q]', values: gaps.map(({ amortisation }) => amortisation) },
      ],
      arrange: 'stacked',
      width: 1000,
      height: 380,
    },
    svg,
  );
  return { image, alt: 'Stacked bars of both gaps' };
}

function quantile(values: Float32Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.round(share * (sorted.length - 1))]!;
}
