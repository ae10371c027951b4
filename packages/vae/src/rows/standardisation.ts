// Standardisation of the data, as a part of the model: its numbers are stored and loaded with the weights.
import { inDataUnits, type Observation, standardised, type Units } from '@flowvae/distributions';
import { ExpectationError, type NamedVariables, type Tensor2D, tf, type Variable } from '@flowvae/tensor';
import type { DataForm } from '../likelihoods/likelihood-table.ts';

/** x' = (x − mean)/scale of each of P variables; the model describes x' inside and x outside. */
export interface Standardisation {
  /** [P] */
  readonly mean: Float32Array;
  /** [P], positive. */
  readonly scale: Float32Array;
}

/** A standardisation as variables that no optimiser changes. */
export interface Standardiser {
  /** `mean` and `scale`, each [1, P]. */
  readonly variables: NamedVariables;
  /** x → (x − mean)/scale, [B, P] */
  standardise(x: Tensor2D): Tensor2D;
  /** log scale, [1, P]: the log-determinant of the map, by variable. */
  logScale(): Tensor2D;
  /** A distribution of x' as one of x. */
  inDataUnits(p: Observation): Observation;
}

/** The standardiser of given numbers. @throws ExpectationError for a mean or scale that cannot be used */
export function standardiser({ mean, scale }: Standardisation): Standardiser {
  refuseUnusable({ mean, scale });
  const fixed = (values: Float32Array): Variable =>
    tf.tidy(() => tf.variable(tf.tensor(values.slice(), [1, values.length]), false));
  const variables = { mean: fixed(mean), scale: fixed(scale) };
  const units = variables as unknown as Units;
  return {
    variables,
    standardise: (x) => standardised(x, units),
    logScale: () => tf.log(units.scale),
    inDataUnits: (p) => inDataUnits(p, units),
  };
}

function refuseUnusable({ mean, scale }: Standardisation): void {
  const refusal = (part: string, expected: string, received: string) =>
    new ExpectationError({ where: `standardisation: ${part}`, expected, received });
  if (mean.length !== scale.length) throw refusal('scale', `${mean.length} values, as mean has`, `${scale.length}`);
  const badMean = mean.findIndex((value) => !Number.isFinite(value));
  if (badMean >= 0) throw refusal(`mean[${badMean}]`, 'a finite number', `${mean[badMean]}`);
  const badScale = scale.findIndex((value) => !(value > 0 && Number.isFinite(value)));
  if (badScale < 0) return;
  throw new ExpectationError({
    where: `standardisation: scale[${badScale}]`,
    expected: 'a positive, finite number',
    received: `${scale[badScale]}`,
    remedy: 'give a constant variable scale 1',
  });
}

/** The parts of a likelihood that decide which variables are discrete. */
interface Kinds {
  readonly name: string;
  readonly data: DataForm;
  readonly forms?: readonly DataForm[] | undefined;
}

/** The form of a variable. */
export const formOfVariable = ({ data, forms }: Pick<Kinds, 'data' | 'forms'>, i: number): DataForm =>
  forms?.[i] ?? data;

/** Whether a variable's values stay as they are: a probability has no unit, and a column from 0 to 1 keeps its ends. */
export const isInFixedUnits = ({ data, forms }: Pick<Kinds, 'data' | 'forms'>, i: number): boolean =>
  forms ? forms[i] !== 'real' : data === 'bits' || data === 'levels' || data === 'counts';

/**
 * Refuses to standardise discrete variables: their probabilities have no unit, so log scale would be a mistake.
 *
 * @throws ExpectationError for a bit, level, count or category with another mean than 0 or scale than 1
 */
export function refuseScaledProbabilities(likelihood: Kinds, { mean, scale }: Standardisation): void {
  const { name } = likelihood;
  const bad = mean.findIndex((value, i) => isInFixedUnits(likelihood, i) && (value !== 0 || scale[i] !== 1));
  if (bad < 0) return;
  throw new ExpectationError({
    where: `standardisation of column ${bad}`,
    expected: `mean 0 and scale 1: the likelihood ${name} ${reasonOf(formOfVariable(likelihood, bad))}`,
    received: `mean ${mean[bad]} and scale ${scale[bad]}`,
  });
}

const reasonOf = (form: DataForm): string =>
  form === 'grey' ? 'takes this column from 0 to 1' : 'gives this column a probability, not a density';
