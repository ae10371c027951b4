// The report at a run's end: one object for machines, a few lines for people.

import { type DataDescription, widthOfDatum } from '@flowvae/datasets';
import { isDensity, isExact } from '@flowvae/density';
import { bitsPerDimension } from '@flowvae/distributions';
import type { Evaluation } from '@flowvae/evaluation';
import { describeBoundSum, peakMemoryMiB } from '@flowvae/runs';
import { type DataPoints, type NamedVariables, parameterCount } from '@flowvae/tensor';
import type { FitResult } from '@flowvae/training';
import type { Likelihood, Model } from '@flowvae/vae';
import type { TrainConfig } from '../config/settings.ts';
import type { Experiment, TestParts } from '../run/experiment.ts';
import type { RunFacts } from '../run-list/run-facts.ts';
import { counted, type nounOf } from './counted.ts';
import { entriesOfDatum, observedEntries } from './datum-columns.ts';
import { type DensityFacts, densityFacts, describeDensity } from './density/density-text.ts';
import { binarisationIn } from './picture-parts.ts';

/** The bound's terms; ELBO = logLikelihood + logPrior − logBase + logDet. Nats. */
interface Terms {
  readonly logLikelihood: number;
  readonly logPrior: number;
  readonly logBase: number;
  readonly logDet: number;
}

/** The test set's part of a report; null without an evaluation. */
export interface EvaluationReport extends Partial<DensityFacts> {
  readonly binarization: TrainConfig['binarize'];
  /** The bound (negative), nats. */
  readonly testElbo: number | null;
  /** Standard error over images; null for one image. */
  readonly testElboStandardError: number | null;
  /** −log p(x) (positive), nats. */
  readonly testNll: number | null;
  /** Standard error over images; null for one image. */
  readonly testNllStandardError: number | null;
  /** log p(x) − ELBO, which estimates KL(q(z|x)‖p(z|x)), nats. */
  readonly testInferenceGap: number | null;
  /** Standard error over images; null for one image. */
  readonly testInferenceGapStandardError: number | null;
  /** `testNll` for each value that was observed, nats; a category is one value. */
  readonly testNllPerDimension: number | null;
  /** The same in bits, for likelihoods of levels and counts; null for others. */
  readonly testBitsPerDimension: number | null;
  readonly evalSamples: number;
  readonly evalImages: number;
  /** Effective sample size of the importance weights, mean over images; at most `evalSamples`. */
  readonly effectiveSampleSize: number | null;
  /** Share of the largest weight, mean over images. */
  readonly maxNormalisedWeight: number | null;
  /** Share of images whose weights have too heavy a tail for a trustworthy `testNll`; null below 21 samples. */
  readonly paretoKAboveThreshold: number | null;
  readonly terms: Terms | null;
  /** E[log q − log p] of each stochastic layer by its term, such as `kl1`, nats; only of models with several. */
  readonly klByLayer?: Readonly<Record<string, number>>;
}

/** The object that `flowvae train --json` prints. */
export interface TrainReport extends EvaluationReport, RunFacts {
  readonly steps: number;
  readonly seed: number;
  readonly engine: string;
  readonly msPerStep: number;
  readonly parameters: number;
  readonly peakMemoryMiB: number;
}

/** The evaluation's part of a report. */
export function evaluationReport(
  { plan, config, model, data, test }: TestParts,
  evaluation: Evaluation | undefined,
): EvaluationReport {
  const { terms } = evaluation ?? {};
  const observed = evaluation ? observedValues(test, data, evaluation.images) : 0;
  const term = (name: keyof Terms) => terms?.[name] ?? 0; // no logDet of a posterior without flow
  return {
    binarization: config.binarize,
    testElbo: evaluation?.elbo ?? null,
    testElboStandardError: evaluation && evaluation.images > 1 ? evaluation.elboStandardError : null,
    testNll: evaluation?.nll ?? null,
    testNllStandardError: evaluation && evaluation.images > 1 ? evaluation.nllStandardError : null,
    testInferenceGap: finite(evaluation?.inferenceGap),
    testInferenceGapStandardError: finite(evaluation?.inferenceGapStandardError),
    testNllPerDimension: evaluation ? evaluation.nll / observed : null,
    testBitsPerDimension:
      evaluation && hasProbabilities(model, plan.likelihood) ? bitsPerDimension(-evaluation.nll, observed) : null,
    ...densityFacts(model, evaluation),
    evalSamples: evaluation?.samples ?? config.evalSamples,
    evalImages: evaluation?.images ?? 0,
    effectiveSampleSize: finite(evaluation?.effectiveSampleSize),
    maxNormalisedWeight: finite(evaluation?.maxNormalisedWeight),
    paretoKAboveThreshold: finite(evaluation?.paretoKAboveThreshold),
    terms: terms
      ? {
          logLikelihood: term('logLikelihood'),
          logPrior: term('logPrior'),
          logBase: term('logBase'),
          logDet: term('logDet'),
        }
      : null,
    ...klByLayer(terms ?? {}),
  };
}

/** Bits are customary for probabilities of many values; densities depend on the unit of the data. */
const hasProbabilities = (model: Model, { data }: Likelihood) =>
  isDensity(model) ? !isExact(model) : data === 'levels' || data === 'counts';

/** The divergences of stochastic layers among a bound's terms. */
export function klByLayer(terms: Evaluation['terms']): Pick<EvaluationReport, 'klByLayer'> {
  const layers = Object.entries(terms).filter(([name]) => /^kl\d+$/.test(name));
  return layers.length > 0 ? { klByLayer: Object.fromEntries(layers) } : {};
}

/** Observed entries of a row, mean over the evaluated rows. The log-probability of a category counts once. */
function observedValues(test: DataPoints, data: DataDescription, rows: number): number {
  if (!data.hasMissing) return entriesOfDatum(data);
  let sum = 0;
  const pixels = widthOfDatum(data);
  for (let i = 0; i < rows; i++) sum += observedEntries(test.row(i).subarray(pixels, 2 * pixels), data);
  return sum / rows;
}

/** JSON has no NaN and no infinity. */
const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);

/** Facts beside the parts and the fit. */
interface TrainFacts {
  /** Absent: the run was stopped, or asked for none. */
  readonly evaluation: Evaluation | undefined;
  /** Number of trained scalars. */
  readonly parameters: number;
  readonly facts: RunFacts;
}

/** The whole report of a training run. */
export function trainReport(
  parts: Experiment,
  fitted: FitResult,
  { evaluation, parameters, facts }: TrainFacts,
): TrainReport {
  const { binarization, ...test } = evaluationReport(parts, evaluation);
  return {
    steps: fitted.steps,
    seed: parts.config.seed,
    engine: fitted.engine,
    binarization,
    msPerStep: fitted.msPerStep,
    ...test,
    parameters,
    peakMemoryMiB: peakMemoryMiB(),
    ...facts,
  };
}

/** Numbers of trained scalars: in all, and in the parts that a formula decides. */
export interface ParameterCounts {
  readonly total: number;
  /** In the posterior's flow, its heads on the encoder included. */
  readonly flow: number;
  readonly prior: number;
}

/** Counts a model's variables by part. */
export const parameterCounts = (variables: NamedVariables): ParameterCounts => ({
  total: parameterCount(variables),
  flow: countUnder(variables, 'posterior/flow/'),
  prior: countUnder(variables, 'prior/'),
});

const countUnder = (variables: NamedVariables, prefix: string) =>
  parameterCount(Object.fromEntries(Object.entries(variables).filter(([path]) => path.startsWith(prefix))));

/** The binarisation of values that stay as they are: their density is worth a number for each of them. */
const KEPT: TrainConfig['binarize'] = 'none';

/** The evaluation as text for people. */
export function describeEvaluation(report: EvaluationReport, noun: ReturnType<typeof nounOf>): string {
  const { testElbo, testElboStandardError, testNll, testNllStandardError, testBitsPerDimension: bits } = report;
  const { terms, evalImages, evalSamples, binarization, testNllPerDimension: each } = report;
  if (testElbo === null || testNll === null || terms === null) return 'test set    not evaluated';
  const ofDensity = describeDensity(report, noun);
  if (ofDensity !== undefined) return [ofDensity, ...describeWeights(report, noun)].join('\n');
  const nllError =
    testNllStandardError === null ? '' : ` ± ${testNllStandardError.toFixed(2)} (standard error over ${noun}s)`;
  const perValue =
    bits !== null
      ? `, ${bits.toFixed(3)} bits per dimension`
      : each !== null && (noun === 'row' || binarization === KEPT)
        ? `, ${each.toFixed(3)} per dimension`
        : '';
  const elboError = testElboStandardError === null ? '' : ` ± ${testElboStandardError.toFixed(2)}`;
  return [
    `test NLL    ${testNll.toFixed(2)}${nllError} nats${perValue}`,
    `test ELBO   ${testElbo.toFixed(2)}${elboError} nats = ${describeBoundSum({ ...terms }, 2)}`,
    ...describeLayers(report),
    ...describeGap(report),
    `            ${counted(evalImages, noun)}, ${counted(evalSamples, 'importance sample')} each${binarisationIn({ binarize: binarization })}`,
    ...describeWeights(report, noun),
  ].join('\n');
}

/** The divergence of each stochastic layer; the first is next to the data. */
function describeLayers({ klByLayer: layers }: EvaluationReport): string[] {
  if (!layers) return [];
  const words = Object.entries(layers).map(([name, value]) => `z${name.slice(2)} ${value.toFixed(2)}`);
  return [`KL          ${words.join(', ')} nats by layer`];
}

/** With one sample the estimate of log p(x) is the ELBO itself, so the gap has no meaning. */
function describeGap(report: EvaluationReport): string[] {
  const { testInferenceGap: gap, testInferenceGapStandardError: error, evalSamples } = report;
  if (gap === null || evalSamples === 1) return [];
  return [
    `gap         ${gap.toFixed(2)}${error === null ? '' : ` ± ${error.toFixed(2)}`} nats from ELBO to log p(x), an estimate of KL(q(z|x) ‖ p(z|x))`,
  ];
}

function describeWeights(
  { effectiveSampleSize, maxNormalisedWeight, paretoKAboveThreshold, evalSamples }: EvaluationReport,
  noun: string,
): string[] {
  if (effectiveSampleSize === null || maxNormalisedWeight === null || evalSamples === 1) return [];
  const tails =
    paretoKAboveThreshold === null
      ? ''
      : `, Pareto k̂ too high for ${(100 * paretoKAboveThreshold).toFixed(1)} % of ${noun}s`;
  const share = (100 * maxNormalisedWeight).toFixed(1);
  return [
    `weights     effective sample size ${effectiveSampleSize.toFixed(1)}, largest weight ${share} % of the sum${tails}`,
  ];
}
