// The sections of a VAE's report: the bound, each datum, layers, latent, inference gap and pictures.
import type { HistoryEntry } from '@flowvae/training';
import { hasStandardPrior, isObservable } from '@flowvae/vae';
import type { Experiment } from '../../run/experiment.ts';
import { counted } from '../counted.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { meanOf, rangeOf, twoDecimals } from '../diagnostics-report.ts';
import type { NamedFigure } from '../figures/named-figure.ts';
import { isPicture } from '../image-figures.ts';
import { posteriorSlices } from '../latent/posterior-slices.ts';
import { byActivity, latentMapFigures, traversalFigure } from '../latent-pictures.ts';
import { columnPictures, learningCurveFigure, reconstructionsPicture, samplesPicture } from '../pictures.ts';
import { klByLayer } from '../report.ts';
import { gapsFigure, latentFigures, layerFigures, termsFigure } from '../report-figures.ts';
import { perDatum } from './per-datum.ts';
import { summaryRow as row, type Section } from './section.ts';

/** The sections, in their order. */
export const vaeSections = async (
  parts: Experiment,
  diagnostics: Diagnostics,
  history: readonly HistoryEntry[],
): Promise<readonly Section[]> => [
  summary(diagnostics),
  { title: 'Learning curve', figures: history.length > 0 ? [learningCurveFigure(parts, history)] : [] },
  perDatum(parts, diagnostics),
  layers(diagnostics),
  latent(parts, diagnostics),
  ...(diagnostics.gaps.length > 0 ? [gap(diagnostics)] : []), // not of every model
  await pictures(parts, diagnostics),
];

function summary(diagnostics: Diagnostics): Section {
  const { estimates, evaluation, statistics, noun } = diagnostics;
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
    : ` Pareto k̂ is above its threshold for ${(100 * above).toFixed(1)} % of ${noun}s: there log p̂(x) cannot be trusted.`;
  return {
    title: 'Summary',
    text: [
      `${counted(evaluation.images, `test ${noun}`)}, ${counted(evaluation.samples, 'importance sample')} each.${tails}`,
      'log p̂(x) is the log of the mean of the importance weights p(x, z)/q(z|x); on average it lies below log p(x), and its distance to the ELBO lies below KL(q‖p(z|x)). A good model has a small −log p̂(x), a good posterior a small KL.',
      `${activeUnits(diagnostics)} The terms of the bound are means over the first ${counted(statistics.count, noun)}, ${counted(statistics.samples, 'draw')} each.`,
    ],
    tables: [
      {
        caption: `Means over test ${noun}s, nats; the effective sample size in samples`,
        columns: ['', 'mean', 'standard error', `${noun}s`],
        rows,
      },
      ...layersTable(diagnostics),
    ],
    figures: [termsFigure(diagnostics)],
  };
}

/** The divergences of stochastic layers, of models with several. */
function layersTable({ evaluation }: Diagnostics) {
  const { klByLayer: layers } = klByLayer(evaluation.terms);
  if (!layers) return [];
  const rows = Object.entries(layers).map(([name, value]) => [`z${name.slice(2)}`, twoDecimals(value)]);
  return [{ caption: 'KL by stochastic layer, nats; z1 is next to the data', columns: ['layer', 'mean'], rows }];
}

const activeUnits = ({ statistics, activity, noun }: Diagnostics) =>
  statistics.count > 1
    ? `Active units: ${activity.active} of ${statistics.dim}.`
    : `Active units need more than one ${noun}: they are the dimensions whose posterior means differ between ${noun}s.`;

function layers(diagnostics: Diagnostics): Section {
  const { layers: all } = diagnostics.statistics;
  const rows = all.map(({ name, logDet }) => [
    name,
    twoDecimals(meanOf(logDet.mean)),
    ...rangeOf(logDet).map(twoDecimals),
  ]);
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

function latent(parts: Experiment, diagnostics: Diagnostics): Section {
  const { statistics, activity } = diagnostics;
  const isStandard = hasStandardPrior(parts.model);
  const maps = latentMapFigures(parts, statistics, activity);
  const factorised = 'KL per dimension is in closed form, because the posterior is factorised.';
  const joined = 'The posterior is not factorised, so its KL divergence exists in total only, not for each dimension.';
  return {
    title: 'Latent',
    text: [
      `A dimension counts as active where the variance of E[z|x] over ${diagnostics.noun}s is above 0.01 (Burda et al. 2016).`,
      statistics.klPerDimension
        ? isStandard
          ? factorised
          : 'The prior is learnt: KL per dimension is not known in closed form.'
        : joined,
    ],
    figures: [...latentFigures(diagnostics, isStandard), ...slices(diagnostics), ...maps],
  };
}

/** q beside p(z|x) of a few data; none of a latent of one dimension. */
function slices({ draws, statistics, activity, noun }: Diagnostics): readonly NamedFigure[] {
  if (statistics.dim < 2 || draws.length === 0) return [];
  const [a, b] = byActivity(activity) as [number, number];
  const named = draws.map((each, i) => ({ ...each, name: `test ${noun} ${i}` }));
  const draw = posteriorSlices(named, statistics.dim, [Math.min(a, b), Math.max(a, b)]);
  const alt = 'q(z|x) beside p(z|x) of single data points';
  return [{ name: 'posterior-slices', alt, onPage: 'png', draw }];
}

function gap(diagnostics: Diagnostics): Section {
  const { gaps, noun } = diagnostics;
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
      `For the first ${counted(gaps.length, `test ${noun}`)} the posterior’s parameters ascended the bound by themselves (q*), starting at the encoder’s outputs and at the shared values. The distance from L[q*] to log p̂(x) comes from the family, the gain L[q*] − L[q] from the encoder and from sharing (Cremer et al. 2018). Both L[q*] and log p̂(x) are too low on average: the amortisation gap is a lower bound, up to Monte Carlo error; the approximation gap has two errors of opposite sign. A bar below 0 is noise.`,
    ],
    tables: [
      {
        caption: `Means over these ${noun}s, nats; L is the ELBO`,
        columns: ['', 'mean', 'standard error', `${noun}s`],
        rows,
      },
    ],
    figures: [gapsFigure(diagnostics)],
  };
}

const pictures = async (parts: Experiment, diagnostics: Diagnostics): Promise<Section> => ({
  title: 'Pictures',
  figures: isObservable(parts.model) ? await figuresOfData(parts, diagnostics) : [],
});

const figuresOfData = async (
  parts: Experiment,
  { statistics, activity }: Diagnostics,
): Promise<readonly NamedFigure[]> =>
  isPicture(parts.data)
    ? [
        await reconstructionsPicture(parts),
        {
          name: 'traversals',
          alt: 'Traversals of the latent',
          onPage: 'png',
          draw: await traversalFigure(parts, statistics, activity),
        },
        await samplesPicture(parts),
      ]
    : columnPictures(parts);
