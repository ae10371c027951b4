// Covariates: values beside x that a model is given, as numbers or as one-hot classes.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { Covariate, DataSet } from '../sets/data-set.ts';
import type { OpenedSource } from '../sources/opened-part.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { concatenated, widthOf } from '../stored/views.ts';
import { type ClassCode, oneHotRows, presentRows } from './covariate-rows.ts';
import { labelRows } from './label-rows.ts';

/** The name of the labels among covariates. */
export const LABELS = 'y';

/** More different numbers are no classes. */
const MOST_CLASSES = 1000;

/** A covariate and its values as models see them, [n, width]. */
export interface NamedCovariate {
  readonly covariate: Covariate;
  readonly values: StoredArray;
}

/** The opened data, as far as covariates need them. */
interface Opened {
  readonly source: OpenedSource;
  /** Labels of all parts. */
  readonly y: StoredArray | undefined;
  readonly classes: readonly string[] | undefined;
  readonly label: string | undefined;
  /** Training rows: their shares of the classes are kept. */
  readonly train: Uint32Array;
}

/**
 * The wanted covariates of opened data: `y` or the label's own name for the labels, others by their names.
 *
 * @param like the covariates of the data that a model was trained on: classes are theirs
 * @throws ExpectationError for a name that the data do not have, a class that is not among those of training, a missing
 * value
 */
export function wantedCovariates(
  names: readonly string[],
  opened: Opened,
  like: readonly Covariate[] | undefined,
): readonly NamedCovariate[] {
  return names.map((name) => {
    const known = like?.find((each) => each.name === name);
    const found = name === LABELS || name === opened.label ? labelsAs(name, opened, known) : besideAs(name, opened);
    const covariate = known ?? withShares(found, opened.train);
    return { covariate, values: found.values };
  });
}

/** Labels as a covariate of a set that was opened without one. */
export const labelCovariate = ({ y, name, description: { classes, label } }: DataSet): NamedCovariate =>
  labelsAs(LABELS, { y, classes, label, where: name }, undefined);

function labelsAs(
  name: string,
  {
    y,
    classes,
    ...opened
  }: Pick<Opened, 'y' | 'classes' | 'label'> & ({ readonly where: string } | Pick<Opened, 'source'>),
  known: Covariate | undefined,
): NamedCovariate {
  if (!y) {
    throw new ExpectationError({
      where: `covariate ${name}`,
      expected: 'data with labels',
      received: `none in ${'where' in opened ? opened.where : opened.source.name}`,
      remedy: 'name the column or array with the option for labels',
    });
  }
  const wanted = known ? codesOf(known, classes) : classesIn(y, classes);
  if (!wanted) return numbers(name, y);
  const covariate: Covariate = {
    name,
    kind: 'category',
    width: wanted.length,
    classes: wanted.map((each) => each.name),
  };
  return { covariate, values: oneHotRows(y, wanted, `covariate ${name}`) };
}

function numbers(name: string, array: StoredArray): NamedCovariate {
  return {
    covariate: { name, kind: 'number', width: widthOf(array), classes: [] },
    values: presentRows(array, `covariate ${name}`),
  };
}

/** Classes by the names that the data give, or of whole numbers; undefined where labels are no classes. */
function classesIn(y: StoredArray, classes: readonly string[] | undefined): readonly ClassCode[] | undefined {
  if (widthOf(y) !== 1) return undefined;
  if (classes) return classes.map((name, code) => ({ name, code }));
  const found = [...new Set(labelRows(y, allRows(y)))].toSorted((a, b) => a - b);
  const areClasses = found.length <= MOST_CLASSES && found.every(Number.isInteger);
  return areClasses ? found.map((code) => ({ name: String(code), code })) : undefined;
}

/** The classes of training in the codes of these data; undefined for numbers. */
function codesOf({ kind, classes }: Covariate, own: readonly string[] | undefined): readonly ClassCode[] | undefined {
  if (kind !== 'category') return undefined;
  return classes.map((name) => ({ name, code: own ? own.indexOf(name) : Number(name) }));
}

function besideAs(name: string, { source }: Opened): NamedCovariate {
  const arrays = source.parts.map((part) => part.beside?.[name]);
  const present = arrays.filter((array) => array !== undefined);
  if (present.length < arrays.length || present.length === 0) throw noSuchCovariate(name, source);
  const values = present.length === 1 ? present[0]! : concatenated(present, present[0]!.where);
  const column = source.besideColumns?.find((each) => each.name === name);
  if (!column) return numbers(name, values);
  const { kind, width, classes } = column;
  return { covariate: { name, kind, width, classes }, values: presentRows(values, `covariate ${name}`) };
}

const noSuchCovariate = (name: string, { parts, name: source }: OpenedSource) =>
  new ExpectationError({
    where: `covariate ${name}`,
    expected: `${[...(parts.every(({ y }) => y) ? [`${LABELS} for the labels`] : []), 'an array or a column beside the data'].join(', or ')}`,
    received: `nothing of that name for all rows of ${source}`,
  });

const allRows = ({ shape }: StoredArray): Uint32Array => Uint32Array.from({ length: shape[0]! }, (_, row) => row);

/** Shares of the classes among training rows: samples of a model are drawn by them. */
export function withShares({ covariate, values }: NamedCovariate, train: Uint32Array): Covariate {
  if (covariate.kind === 'number' || train.length === 0) return covariate;
  const { width } = covariate;
  const sums = new Float64Array(width);
  labelRows(values, train).forEach((value, i) => {
    sums[i % width]! += value;
  });
  return { ...covariate, shares: Array.from(sums, (sum) => sum / train.length) };
}
