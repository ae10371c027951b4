// The data of a run as rows for training and evaluation, and as the start of a model.
import {
  checkValues,
  type DataDescription,
  type DataMoments,
  type DataSet,
  dataMoments,
  dataRows,
  type SplitName,
  widthOfDatum,
} from '@flowvae/datasets';
import { type Key, key } from '@flowvae/random';
import type { DataPoints } from '@flowvae/tensor';
import { isInFixedUnits, type MlpVaeOptions, type Standardisation } from '@flowvae/vae';
import { columnsOf } from '../config/data-columns.ts';
import type { Plan } from '../config/plan.ts';
import { conditionUnits } from './covariates/conditioning.ts';

/** The part of a plan that decides rows. */
type RowsPlan = Pick<Plan, 'binarisation' | 'covariates' | 'config'>;

/** Rows of a split as training sees them. */
export const trainingRows = (set: DataSet, plan: RowsPlan, dataKey: Key): DataPoints =>
  dataRows(set, 'train', rowsOptions(plan, dataKey));

const rowsOptions = ({ binarisation, covariates, config }: RowsPlan, dataKey: Key) => ({
  binarisation,
  key: dataKey,
  binarisationKey: key(config.binarizeSeed),
  covariates: covariates.map(({ name }) => name),
});

/**
 * Rows for evaluation: dynamic binarisation is drawn once, from its own key, so that runs with different seeds use the
 * same rows.
 *
 * @param rows a split, or rows of the set by their numbers
 */
export const fixedRows = (set: DataSet, rows: SplitName | Uint32Array, plan: RowsPlan, most?: number): DataPoints =>
  dataRows(set, rows, { ...rowsOptions(plan, key(0)), ...(most === undefined ? {} : { most }) });

/** The moments of the training rows, as a model starts with them and standardises by them. */
export interface DataStart extends Pick<MlpVaeOptions, 'meanImage' | 'deviation' | 'standardisation'> {
  /** Units of the condition's numbers. */
  readonly conditionUnits?: Standardisation;
  /** Rows at which a prior starts. */
  readonly exampleRows?: Float32Array;
  /** Draws training rows for the start of a user's model. */
  readonly drawRows?: (count: number) => Float32Array;
}

/** Scales that keep a variable as it is. */
const unchanged = { mean: 0, scale: 1 } as const;

/** The start of a plan's model on its data. */
export function startOn(set: DataSet, plan: Plan): DataStart {
  const units = conditionUnits(set, plan);
  const moments = momentsOn(set, plan);
  return { ...moments, ...(units ? { conditionUnits: units } : {}) };
}

function momentsOn(set: DataSet, plan: Plan): DataStart {
  const { config, binarisation, data } = plan;
  const moments = dataMoments(set, binarisation);
  const { mean, deviation, counts } = moments;
  const meanImage = Float32Array.from(mean);
  if (!hasDeviations(data) && config.standardize === 'no') return { meanImage };
  const spread = Float32Array.from(deviation);
  if (config.standardize === 'no') return { meanImage, deviation: spread };
  const scales = config.standardize === 'all' ? overall(moments) : { mean, scale: deviation };
  const likely = Float32Array.from(mean, (value, i) => (counts[i] === 0 ? scales.mean[i]! : value));
  return { meanImage: likely, deviation: spread, standardisation: standardisationOf(scales, plan) };
}

/** Densities of numbers, and the dispersions of counts, start at the deviations of the data. */
const hasDeviations = ({ form }: DataDescription) => form === 'real' || form === 'columns' || form === 'counts';

interface Scales {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
}

/**
 * One mean and one deviation over all observed values: the deviation of a mixture has the spread of the means, too.
 * Variables that were seldom observed, or never, weigh less, or nothing.
 */
function overall({ mean, deviation, counts }: DataMoments): Scales {
  const count = Math.max(
    1,
    counts.reduce((sum, each) => sum + each, 0),
  );
  const centre = mean.reduce((sum, value, i) => sum + counts[i]! * value, 0) / count;
  const squares = mean.reduce((sum, value, i) => sum + counts[i]! * (deviation[i]! ** 2 + (value - centre) ** 2), 0);
  return { mean: mean.map(() => centre), scale: mean.map(() => Math.sqrt(squares / count)) };
}

/** Categories, bits and counts stay as they are; a variable that never changes keeps its scale. */
function standardisationOf({ mean, scale }: Scales, { likelihood }: Plan) {
  const isKept = (i: number) => isInFixedUnits(likelihood, i);
  return {
    mean: Float32Array.from(mean, (value, i) => (isKept(i) ? unchanged.mean : value)),
    scale: Float32Array.from(scale, (value, i) => (isKept(i) || !(Math.fround(value) > 0) ? unchanged.scale : value)),
  };
}

/**
 * Refuses values that their column's likelihood does not describe.
 *
 * @throws ExpectationError naming the first one with its column and row
 */
export function refuseOtherValues(set: DataSet, { likelihood, data }: Plan): void {
  const { forms } = likelihood;
  if (!forms) return; // all values have one form, which was looked at
  const variables = columnsOf(data).flatMap(({ name, at, kind }) => {
    const form = forms[at];
    return kind !== 'category' && (form === 'counts' || form === 'grey') ? [{ name, at, demand: form }] : [];
  });
  checkValues(set, variables);
}

/** A standardisation to be read from a file. */
export function unreadStandardisation({ config, data }: Plan): Pick<MlpVaeOptions, 'standardisation'> {
  if (config.standardize === 'no') return {};
  const pixels = widthOfDatum(data);
  return { standardisation: { mean: new Float32Array(pixels), scale: new Float32Array(pixels).fill(1) } };
}
