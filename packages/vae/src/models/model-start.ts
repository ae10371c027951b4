// The start of a model's likelihood, from numbers in the units of the data; and the refusal of numbers that do not fit.
import { layoutWidth } from '@flowvae/distributions';
import { ExpectationError } from '@flowvae/tensor';
import type { Likelihood, LikelihoodStart } from '../likelihoods/likelihood.ts';
import { formOfVariable, refuseScaledProbabilities, type Standardisation } from '../rows/standardisation.ts';

/** Facts about the data, in their own units. */
interface DataFacts {
  readonly pixels: number;
  readonly meanImage?: Float32Array | undefined;
  readonly deviation?: Float32Array | undefined;
  readonly standardisation?: Standardisation | undefined;
}

/** The likelihood's start, at the facts in the model's units. */
export function startOf(likelihood: Likelihood, facts: DataFacts): LikelihoodStart {
  const { meanImage, deviation, pixels, standardisation: units } = facts;
  const mean = meanImage ? inside(meanImage, units) : unknownMean(likelihood, pixels, units);
  return likelihood.start(mean, deviationInside(likelihood, deviation, units));
}

const inside = (mean: Float32Array, units: Standardisation | undefined): Float32Array =>
  units ? mean.map((value, i) => (value - units.mean[i]!) / units.scale[i]!) : mean;

/** Real data are expected to be standardised to mean 0 and deviation 1; other data lie in [0, 1]. */
function unknownMean(likelihood: Likelihood, pixels: number, units: Standardisation | undefined): Float32Array {
  const isCentred = (i: number) => formOfVariable(likelihood, i) === 'real' && (likelihood.layout || units);
  return new Float32Array(pixels).fill(0.5).map((half, i) => (isCentred(i) ? 0 : half));
}

function deviationInside(
  { data }: Likelihood,
  deviation: Float32Array | undefined,
  units: Standardisation | undefined,
): Float32Array | undefined {
  if (!units) return deviation;
  if (deviation) return deviation.map((value, i) => value / units.scale[i]!);
  return data === 'real' || data === 'columns' ? new Float32Array(units.scale.length).fill(1) : undefined;
}

/**
 * Refuses a likelihood for another number of columns, and a standardisation that does not fit the likelihood.
 *
 * @throws ExpectationError
 */
export function refuseMisfit(likelihood: Likelihood, pixels: number, units: Standardisation | undefined): void {
  const { name, layout } = likelihood;
  const refuse = (what: string, columns: number) => {
    if (columns === pixels) return;
    throw new ExpectationError({ where: `mlpVae: ${what}`, expected: `${pixels} columns`, received: `${columns}` });
  };
  if (layout) refuse(`likelihood ${name}`, layoutWidth(layout));
  if (!units) return;
  refuse('standardisation', units.mean.length);
  refuseScaledProbabilities(likelihood, units);
}
