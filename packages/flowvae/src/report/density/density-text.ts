// The evaluation of a density as facts of its report, and as text for people.
import { EXACT, isDensity } from '@flowvae/density';
import type { Evaluation } from '@flowvae/evaluation';
import type { Model } from '@flowvae/vae';
import type { TrainConfig } from '../../config/settings.ts';
import { counted, type nounOf } from '../counted.ts';
import { binarisationIn } from '../picture-parts.ts';

/** The fields that reports of densities have beside the common ones. */
export interface DensityFacts {
  /** The noise that fills levels; `'none'`: data are numbers, and `testNll` is exact. */
  readonly dequantisation: 'uniform' | 'variational' | typeof EXACT;
  /** Of `testBitsPerDimension`, over images; null for one image, and for numbers. */
  readonly testBitsPerDimensionStandardError: number | null;
}

/** The facts; none of a model that is no density. */
export function densityFacts(model: Model, evaluation: Evaluation | undefined): Partial<DensityFacts> {
  if (!isDensity(model)) return {};
  const { dequantisation, latent } = model;
  const hasError = evaluation !== undefined && evaluation.images > 1 && dequantisation !== EXACT;
  return {
    dequantisation,
    testBitsPerDimensionStandardError: hasError ? evaluation.nllStandardError / (latent * Math.LN2) : null,
  };
}

/** The fields of a report that the text tells. */
interface Evaluated extends Partial<DensityFacts> {
  readonly binarization: TrainConfig['binarize'];
  readonly testElbo: number | null;
  readonly testElboStandardError: number | null;
  readonly testNll: number | null;
  readonly testNllStandardError: number | null;
  readonly testNllPerDimension: number | null;
  readonly testBitsPerDimension: number | null;
  readonly evalSamples: number;
  readonly evalImages: number;
}

const noises = { uniform: 'uniform noise', variational: 'the noise of a flow' } as const;

/** The evaluation of a density; undefined for any other, and without an evaluation. */
export function describeDensity(report: Evaluated, noun: ReturnType<typeof nounOf>): string | undefined {
  const { dequantisation, testElbo, testNll, evalImages } = report;
  if (dequantisation === undefined || testElbo === null || testNll === null) return undefined;
  const nll = `test NLL    ${testNll.toFixed(2)}${error(report.testNllStandardError, 2)} nats`;
  const counts = counted(evalImages, noun);
  const over = ` (standard error over ${noun}s)`;
  if (dequantisation === EXACT) {
    return `${nll}${over}, ${report.testNllPerDimension!.toFixed(3)} per dimension, exact\n            ${counts}`;
  }
  const bits = `${report.testBitsPerDimension!.toFixed(4)}${error(report.testBitsPerDimensionStandardError, 4)}`;
  const levels = `filled by ${noises[dequantisation]}${binarisationIn({ binarize: report.binarization })}`;
  return [
    `bits/dim    ${bits}${over}`,
    `            levels ${levels}; ${counts}, ${counted(report.evalSamples, 'draw')} each`,
    report.evalSamples === 1 ? `${nll}, by one draw` : `${nll}; ${byOneDraw(report, { testElbo, testNll })}`,
  ].join('\n');
}

/** The bound, and its distance to the estimate. */
const byOneDraw = (
  { testElboStandardError }: Evaluated,
  { testElbo, testNll }: Readonly<Record<'testElbo' | 'testNll', number>>,
): string =>
  `by one draw ${(-testElbo).toFixed(2)}${error(testElboStandardError, 2)}, ${(-testElbo - testNll).toFixed(2)} more`;

const error = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined ? '' : ` ± ${value.toFixed(digits)}`;
