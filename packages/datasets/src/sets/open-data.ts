import { joinedSource } from '../sources/joined-source.ts';
import { isMnistName } from '../sources/mnist-name.ts';
import type { OpenedPart, OpenedSource, SourceOptions } from '../sources/opened-part.ts';
import { openSource } from '../sources/source-kinds.ts';
import { type NamedSource, readSourceText } from '../sources/source-text.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { concatenated, widthOf } from '../stored/views.ts';
import { type DataColumn, type DataDescription, type DataSet, widthOfDatum } from './data-set.ts';
import { inDatumShape } from './datum-shape.ts';
import { divideRows } from './division.ts';
import { likeModel } from './likeness.ts';
import { readSplitRule } from './split-rule.ts';
import { survey } from './survey.ts';
import type { Survey } from './value-forms.ts';

/** Options of {@link openData}. */
export interface DataOptions extends Omit<SourceOptions, 'partColumn' | 'like'> {
  /** The shape of a datum, such as [28, 28] or [32, 32, 3], where rows are stored flat. */
  readonly shape?: readonly number[];
  /** How rows are divided: `auto`, `0.8/0.1/0.1`, `stratified:0.8/0.1/0.1` or `column:name`. Default `auto`. */
  readonly splits?: string;
  /** Decides the rows of drawn splits. Default 0. */
  readonly splitSeed?: number;
  /** The data that a model was trained on: other data must fit it, and columns and classes are those of it. */
  readonly like?: DataDescription;
  /** Called with the share of the values that were looked at. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Opens data: `mnist`; a folder of IDX files, of CIFAR's binary files or of pictures; a file of arrays (.npy, .npz,
 * .mat, .safetensors, IDX, .amat, .bin), behind a colon names of its arrays; a table (.csv, .tsv). Two sources or two
 * names, joined by a comma, are training and test data; three are training, validation and test data.
 *
 * All values are looked at once, in pieces, so that their form and range are known. Rows are read when they are asked
 * for.
 *
 * @throws ExpectationError naming the file and the field that cannot be read, does not fit the others, or is not clear
 * @example const data = await openData('data.npz:x_train,x_test'); // data.description.form is 'levels'
 */
export async function openData(text: string, options: DataOptions = {}): Promise<DataSet> {
  const { splits = 'auto', splitSeed = 0, like, onProgress, shape, ...reading } = options;
  const rule = readSplitRule(splits);
  const source = await openAll(text, {
    ...reading,
    ...(rule.kind === 'column' ? { partColumn: rule.name } : {}),
    ...(like ? { like } : {}),
  });
  try {
    const { parts, notes } = inDatumShape(source.parts, shape ?? shapeLike(source.parts[0]!.x, like));
    const x = joined(parts.map((part) => part.x));
    const mask = maskOf(parts);
    const divided = divideRows(source, { rule, seed: splitSeed, needsTraining: !like });
    const found = isMnistName(text) ? bytesOf(x) : survey(parts, onProgress);
    const fitted = like ? likeModel(like, { text, x, found }) : found;
    const labels = labelsOf(parts);
    return {
      name: source.name,
      description: like ?? described(source, x, found),
      x,
      divisor: fitted.divisor,
      values: { range: found.range, observed: found.observed, missing: found.missing },
      ...(mask ? { mask } : {}),
      ...(labels.y ? { y: labels.y } : {}),
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

/** Made at the first call, and kept. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

async function openAll(text: string, options: SourceOptions): Promise<OpenedSource> {
  const opened: OpenedSource[] = [];
  try {
    const sources = readSourceText(text);
    for (const [i, source] of sources.entries()) {
      const own = ownNames(sources, i, options);
      opened.push(await openSource(source, i === 0 ? own : { ...own, ...likeFirst(opened[0]!, options) }));
    }
    return joinedSource(text, opened);
  } catch (error) {
    for (const source of opened) source.close();
    throw error;
  }
}

/** Names of labels and masks, one for each part, of which every source takes its own; a single name is for all. */
function ownNames(sources: readonly NamedSource[], i: number, options: SourceOptions): SourceOptions {
  if (sources.length === 1) return options;
  const partsOf = ({ members }: NamedSource) => members?.length ?? 1;
  const from = sources.slice(0, i).reduce((sum, source) => sum + partsOf(source), 0);
  const own = (names: readonly string[]) =>
    names.length === 1 ? names : names.slice(from, i + 1 < sources.length ? from + partsOf(sources[i]!) : undefined);
  const { labels, mask, ...others } = options;
  return { ...others, ...(labels ? { labels: own(labels) } : {}), ...(mask ? { mask: own(mask) } : {}) };
}

/** Columns and classes of further files are those of the first. */
const likeFirst = (
  { columns, classes, label }: OpenedSource,
  { like }: SourceOptions,
): Pick<SourceOptions, 'like'> => ({
  like: like ?? { ...(columns ? { columns } : {}), ...(classes ? { classes } : {}), ...(label ? { label } : {}) },
});

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

/** MNIST's files are verified, so nobody needs to look at their bytes. */
const bytesOf = ({ shape }: StoredArray): Survey => ({
  form: 'levels',
  divisor: 255,
  range: [0, 255],
  observed: shape.reduce((product, size) => product * size, 1),
  missing: 0,
  notes: [],
});

function described({ columns, classes, label }: OpenedSource, { shape }: StoredArray, found: Survey): DataDescription {
  const form = columns && isMixed(columns) ? 'columns' : found.form;
  return {
    shape: shape.slice(1),
    form,
    hasMissing: found.missing > 0,
    ...(form === 'real' ? { range: found.range } : {}),
    ...(columns ? { columns } : {}),
    ...(classes ? { classes } : {}),
    ...(label === undefined ? {} : { label }),
  };
}

/** A category in 0 and 1 is more than bits: one of them is 1. Bits alone are of the form `bits`. */
const isMixed = (columns: readonly DataColumn[]) =>
  columns.some(({ kind }) => kind === 'category') || new Set(columns.map(({ kind }) => kind)).size > 1;
