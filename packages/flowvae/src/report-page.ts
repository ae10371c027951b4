// A run's report as one HTML page.
import { htmlReport, type ReportFigure, type ReportSection } from '@flowvae/figures';
import { fold } from '@flowvae/random';
import type { HistoryEntry } from '@flowvae/training';
import type { Diagnostics } from './diagnostics.ts';
import { meanOf, rangeOf, standardErrorOf } from './diagnostics-report.ts';
import type { Experiment } from './experiment.ts';
import { latentMapFigure, traversalFigure } from './latent-pictures.ts';
import { learningCurveFigure, reconstructionsFigure, samplesFigure } from './pictures.ts';
import { gapsFigure, latentFigures, layerFigures, perImageFigures, termsFigure } from './report-figures.ts';
import { type ChosenCheckpoint, describeCheckpoint } from './saved-run.ts';
import { flagOf, type SettingName } from './settings.ts';
import { sharedConfig } from './shared-config.ts';

/** What the page is made of. */
export interface ReportPage {
  readonly parts: Experiment;
  readonly diagnostics: Diagnostics;
  readonly history: readonly HistoryEntry[];
  /** The run's name. */
  readonly name: string;
  /** Where the parameters come from, if not from the end of training. */
  readonly checkpoint?: ChosenCheckpoint | undefined;
  readonly versions: Readonly<Record<string, string>>;
}

/** Writes the page. Equal runs give equal pages. */
export function reportPage({ parts, diagnostics, history, name, checkpoint, versions }: ReportPage): string {
  const { config } = parts;
  const parameters = checkpoint ? ` Parameters of the ${describeCheckpoint(checkpoint)}.` : '';
  const sections = [
    summary(parts, diagnostics),
    { title: 'Learning curve', figures: history.length > 0 ? [learningCurve(parts, history)] : [] },
    perImage(diagnostics),
    layers(diagnostics),
    latent(parts, diagnostics),
    gap(diagnostics),
    pictures(parts, diagnostics),
    settingsTable(parts),
  ];
  return htmlReport({
    title: `${name}: flow ${config.flow}, latent ${config.latent}`,
    subtitle: `${parts.splits.name}, ${config.binarize} binarisation, likelihood ${config.likelihood}, ${config.steps} steps, seed ${config.seed}.${parameters} All densities in nats.`,
    sections: sections.filter(({ tables = [], figures = [] }: ReportSection) => tables.length + figures.length > 0),
    footer: Object.entries(versions)
      .map(([part, version]) => `${part} ${version}`)
      .join(', '),
  });
}

const two = (value: number) => (Number.isFinite(value) ? value.toFixed(2).replace('-', '−') : 'not finite');
const row = (label: string, values: readonly number[]) => [
  label,
  two(meanOf(values)),
  two(standardErrorOf(values)),
  String(values.length),
];

function summary({ config }: Experiment, diagnostics: Diagnostics): ReportSection {
  const { estimates, evaluation, statistics, activity } = diagnostics;
  const kl = estimates.map(({ logEvidence, elbo }) => logEvidence - elbo);
  const above = evaluation.paretoKAboveThreshold;
  const rows = [
    row(
      '−log p̂(x)',
      estimates.map(({ logEvidence }) => -logEvidence),
    ),
    row(
      'ELBO',
      estimates.map(({ elbo }) => elbo),
    ),
    row('KL(q‖p(z|x)) = log p̂(x) − ELBO', kl),
    row(
      `effective sample size (of ${evaluation.samples})`,
      estimates.map(({ effectiveSampleSize }) => effectiveSampleSize),
    ),
  ];
  const tails = Number.isNaN(above)
    ? ''
    : ` Pareto k̂ is above its threshold for ${(100 * above).toFixed(1)} % of images: there log p̂(x) cannot be trusted.`;
  return {
    title: 'Summary',
    text: [
      `${evaluation.images} test images, ${evaluation.samples} importance samples each.${tails}`,
      `Active units: ${activity.active} of ${config.latent}. The terms are means over the first ${statistics.count} images, ${statistics.samples} draws each.`,
    ],
    tables: [
      {
        caption: 'Means over test images, nats; the effective sample size in samples',
        columns: ['', 'mean', 'standard error', 'images'],
        rows,
      },
    ],
    figures: [termsFigure(diagnostics)],
  };
}

const learningCurve = (parts: Experiment, history: readonly HistoryEntry[]): ReportFigure => ({
  image: learningCurveFigure(parts, history, { format: 'svg' }),
  alt: 'Negative ELBO of training batches against steps, and its terms',
});

const perImage = (diagnostics: Diagnostics): ReportSection => ({
  title: 'Image by image',
  text: [
    'k̂ is the shape of the tail of the importance weights; an effective sample size near 1 means that one sample decides the estimate.',
  ],
  figures: perImageFigures(diagnostics),
});

function layers(diagnostics: Diagnostics): ReportSection {
  const { layers: all } = diagnostics.statistics;
  const rows = all.map(({ name, logDet }) => [name, two(meanOf(logDet.mean)), ...rangeOf(logDet).map(two)]);
  return {
    title: 'Layers of the flow',
    text: ['A layer whose log-det stays at 0 does nothing. The log-dets of all layers add up to the bound’s log-det.'],
    figures: layerFigures(diagnostics),
    tables:
      all.length > 0
        ? [{ caption: 'log|det J| by layer, nats', columns: ['layer', 'mean', 'least', 'most'], rows }]
        : [],
  };
}

function latent(parts: Experiment, diagnostics: Diagnostics): ReportSection {
  const { statistics, activity } = diagnostics;
  const isStandard = parts.config.prior === 'none';
  const map = latentMapFigure(parts, statistics, activity);
  const factorised = 'KL per dimension is in closed form, for the posterior is factorised.';
  const joined = 'The posterior is not factorised, so its KL divergence exists in total only, not for each dimension.';
  return {
    title: 'Latent',
    text: [
      `A dimension counts as active where the variance of E[z|x] over images is above 0.01 (Burda et al. 2016).`,
      statistics.klPerDimension
        ? isStandard
          ? factorised
          : 'The prior is learnt: KL per dimension is not known in closed form.'
        : joined,
    ],
    figures: [
      ...latentFigures(diagnostics, isStandard),
      ...(map ? [{ image: map, alt: 'Posterior means coloured by class', width: 'half' } as const] : []),
    ],
  };
}

function gap(diagnostics: Diagnostics): ReportSection {
  const { gaps } = diagnostics;
  const rows = [
    row(
      'approximation: log p̂(x) − L[q*]',
      gaps.map(({ approximation }) => approximation),
    ),
    row(
      'amortisation: L[q*] − L[q]',
      gaps.map(({ amortisation }) => amortisation),
    ),
  ];
  return {
    title: 'Inference gap',
    text: [
      `For the first ${gaps.length} test images the encoder’s outputs became free parameters and ascended the bound (q*). What is left to log p̂(x) is the family’s fault, what was gained the encoder’s (Cremer et al. 2018). Both L[q*] and log p̂(x) lie too low on average: what the encoder loses is bounded from below up to Monte Carlo error, the family’s part has two errors of opposite sign. A bar below 0 is noise.`,
    ],
    tables: [{ caption: 'nats', columns: ['', 'mean', 'standard error', 'images'], rows }],
    figures: [gapsFigure(diagnostics)],
  };
}

const pictures = (parts: Experiment, { statistics, activity }: Diagnostics): ReportSection => ({
  title: 'Pictures',
  figures: [
    { image: samplesFigure(parts, 100, fold(parts.key, 'samples')), alt: 'Samples from the prior', width: 'half' },
    { image: reconstructionsFigure(parts, 30), alt: 'Test images and reconstructions', width: 'half' },
    { image: traversalFigure(parts, statistics, activity), alt: 'Traversals of the latent', width: 'half' },
  ],
});

const settingsTable = ({ config }: Experiment): ReportSection => ({
  title: 'Settings',
  tables: [
    {
      columns: ['option', 'value'],
      rows: Object.entries(sharedConfig(config)).map(([name, value]) => [flagOf(name as SettingName), String(value)]),
    },
  ],
});
