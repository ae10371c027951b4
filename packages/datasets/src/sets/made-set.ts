// A data set from an opened source: its form, its splits and its description.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type NamedCovariate, wantedCovariates } from '../covariates/covariates.ts';
import type { OpenedPart, OpenedSource } from '../sources/opened-part.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { concatenated, widthOf } from '../stored/views.ts';
import { survey } from '../values/survey.ts';
import type { Survey } from '../values/value-forms.ts';
import { type DataColumn, type DataDescription, type DataSet, type ValueFacts, widthOfDatum } from './data-set.ts';
import { inDatumShape } from './datum-shape.ts';
import { divideRows } from './division.ts';
import { likeModel } from './likeness.ts';
import type { SplitRule } from './split-rule.ts';

/** How a source becomes a set. */
interface SetOptions {
  /** The source's text, for errors. */
  readonly text: string;
  readonly rule: SplitRule;
  readonly seed: number;
  readonly like?: DataDescription | undefined;
  readonly shape?: readonly number[] | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
  /** The wanted covariates. */
  readonly covariates?: readonly string[];
  /** Whether the values are counts. Default false. */
  readonly counts?: boolean;
  /** Whether the bytes are known, so that nobody needs to look at them. */
  readonly isVerified?: boolean;
}

/** The set of a source, which it closes where that fails. @throws ExpectationError as `openData` */
export function setOf(source: OpenedSource, options: SetOptions): DataSet {
  const { text, rule, seed, like, shape, onProgress, covariates: names = [] } = options;
  const { counts = false, isVerified = false } = options;
  try {
    const { parts, notes } = inDatumShape(source.parts, shape ?? shapeLike(source.parts[0]!.x, like));
    const x = joined(parts.map((part) => part.x));
    const mask = maskOf(parts);
    const divided = divideRows(source, { rule, seed, needsTraining: !like });
    if (counts) refuseCategories(source);
    const found = isVerified ? bytesOf(x) : survey(parts, { counts, names: namesOf(source), onProgress });
    const fitted = like ? likeModel(like, { text, x, found }) : found;
    const labels = labelsOf(parts);
    const { classes, label } = like ?? source;
    const opened = { source, y: labels.y, classes, label, train: divided.splits.train };
    const covariates = wantedCovariates(names, opened, like?.covariates);
    return {
      name: source.name,
      description: like ?? { ...described(source, x, found), ...describedCovariates(covariates) },
      x,
      divisor: fitted.divisor,
      values: valueFacts(found),
      ...(mask ? { mask } : {}),
      ...(labels.y ? { y: labels.y } : {}),
      ...(covariates.length > 0 ? { covariates: valuesByName(covariates) } : {}),
      splits: divided.splits,
      isDrawn: divided.isDrawn,
      origins: parts.map((part) => ({ name: part.name, count: part.x.shape[0]! })),
      notes: [...source.notes, ...notes, ...fitted.notes, ...labels.notes, divided.note],
      checksum: once(source.checksum),
      close: source.close,
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

const describedCovariates = (covariates: readonly NamedCovariate[]): Pick<DataDescription, 'covariates'> =>
  covariates.length > 0 ? { covariates: covariates.map(({ covariate }) => covariate) } : {};

const valuesByName = (covariates: readonly NamedCovariate[]): Readonly<Record<string, StoredArray>> =>
  Object.fromEntries(covariates.map(({ covariate, values }) => [covariate.name, values]));

/** Made at the first call, and kept. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const joined = (arrays: readonly StoredArray[]): StoredArray =>
  arrays.length === 1 ? arrays[0]! : concatenated(arrays, arrays[0]!.where);

/** A part without a mask was observed everywhere. */
function maskOf(parts: readonly OpenedPart[]): StoredArray | undefined {
  if (parts.every(({ mask }) => mask === undefined)) return undefined;
  return joined(parts.map(({ x, mask }) => mask ?? observedEverywhere(x)));
}

const observedEverywhere = ({ where, shape }: StoredArray): StoredArray => ({
  where: `${where}: mask`,
  shape,
  type: 'b1',
  read: (_, __, out) => out.fill(1),
});

interface Labels {
  readonly y?: StoredArray;
  readonly notes: readonly string[];
}

/** Labels of all parts, where all have them in one shape. */
function labelsOf(parts: readonly OpenedPart[]): Labels {
  const labels = parts.map(({ y }) => y).filter((y) => y !== undefined);
  if (labels.length === 0) return { notes: [] };
  const shapes = new Set(labels.map(({ shape }) => shape.slice(1).join()));
  if (labels.length === parts.length && shapes.size === 1) return { y: joined(labels), notes: [] };
  const reason = shapes.size > 1 ? 'have other shapes in other parts' : 'are not in all parts';
  return { notes: [`Labels ${reason}; they are left out.`] };
}

/** Rows of as many numbers as the model's get its shape. */
const shapeLike = (x: StoredArray, like: DataDescription | undefined): readonly number[] | undefined =>
  like && x.shape.slice(1).join() !== like.shape.join() && widthOf(x) === widthOfDatum(like) ? like.shape : undefined;

const valueFacts = ({ range, observed, missing, areCounts }: Survey): ValueFacts => ({
  range,
  observed,
  missing,
  areCounts,
});

/** Names of the variables, of a table without categories. */
const namesOf = ({ columns }: OpenedSource): readonly string[] | undefined =>
  columns?.every(({ width }) => width === 1) ? columns.map(({ name }) => name) : undefined;

/** @throws ExpectationError for a table with a category, which is no count */
function refuseCategories({ columns = [], name }: OpenedSource): void {
  const category = columns.find(({ kind }) => kind === 'category');
  if (!category) return;
  throw new ExpectationError({
    where: `${name}: column "${category.name}"`,
    expected: 'counts, for the likelihood describes all columns as counts',
    received: 'a category',
    remedy: 'leave the column out, or choose a likelihood for each column by columns(…)',
  });
}

/** MNIST's files are verified, so nobody needs to look at their bytes. */
const bytesOf = ({ shape }: StoredArray): Survey => ({
  form: 'levels',
  divisor: 255,
  range: [0, 255],
  observed: shape.reduce((product, size) => product * size, 1),
  missing: 0,
  areCounts: true,
  notes: [],
});

function described({ columns, classes, label }: OpenedSource, { shape }: StoredArray, found: Survey): DataDescription {
  const form = columns && isMixed(columns) && found.form !== 'counts' ? 'columns' : found.form;
  return {
    shape: shape.slice(1),
    form,
    hasMissing: found.missing > 0,
    ...(form === 'real' || form === 'counts' ? { range: found.range } : {}),
    ...(columns ? { columns: form === 'counts' ? columns.map(asNumber) : columns } : {}),
    ...(classes ? { classes } : {}),
    ...(label === undefined ? {} : { label }),
  };
}

/** A column of counts may hold nothing but 0 and 1. */
const asNumber = (column: DataColumn): DataColumn => ({ ...column, kind: 'number' });

/** A category in 0 and 1 is more than bits: one of them is 1. Bits alone are of the form `bits`. */
const isMixed = (columns: readonly DataColumn[]) =>
  columns.some(({ kind }) => kind === 'category') || new Set(columns.map(({ kind }) => kind)).size > 1;
