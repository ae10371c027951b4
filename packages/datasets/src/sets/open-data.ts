import { joinedSource } from '../sources/joined-source.ts';
import { isMnistName } from '../sources/mnist-name.ts';
import type { OpenedPart, OpenedSource, SourceOptions } from '../sources/opened-part.ts';
import { openSource } from '../sources/source-kinds.ts';
import { readSourceText } from '../sources/source-text.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { concatenated } from '../stored/views.ts';
import type { DataColumn, DataDescription, DataSet } from './data-set.ts';
import { inDatumShape } from './datum-shape.ts';
import { divideRows } from './division.ts';
import { likeModel } from './likeness.ts';
import { readSplitRule } from './split-rule.ts';
import { type Survey, survey } from './survey.ts';

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
    const { parts, notes } = inDatumShape(source.parts, shape);
    const x = joined(parts.map((part) => part.x));
    const mask = maskOf(parts);
    const divided = divideRows(source, { rule, seed: splitSeed });
    const found = isMnistName(text) ? bytesOf(x) : survey({ x, mask, onProgress });
    const fitted = like ? likeModel(like, x, found) : found;
    const y = labelsOf(parts);
    return {
      name: source.name,
      description: like ?? described(source, x, found),
      x,
      divisor: fitted.divisor,
      values: { range: found.range, observed: found.observed, missing: found.missing },
      ...(mask ? { mask } : {}),
      ...(y ? { y } : {}),
      splits: divided.splits,
      origins: parts.map((part) => ({ name: part.name, count: part.x.shape[0]! })),
      notes: [...source.notes, ...notes, ...found.notes, divided.note],
      checksum: source.checksum,
      close: source.close,
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

async function openAll(text: string, options: SourceOptions): Promise<OpenedSource> {
  const opened: OpenedSource[] = [];
  try {
    for (const [i, source] of readSourceText(text).entries()) {
      opened.push(await openSource(source, i === 0 ? options : { ...options, ...likeFirst(opened[0]!, options) }));
    }
    return joinedSource(text, opened);
  } catch (error) {
    for (const source of opened) source.close();
    throw error;
  }
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

/** Labels of all parts, where all have them in one shape. */
function labelsOf(parts: readonly OpenedPart[]): StoredArray | undefined {
  const labels = parts.map(({ y }) => y);
  const shapeOf = (array: StoredArray | undefined) => array?.shape.slice(1).join();
  if (labels.some((y) => y === undefined || shapeOf(y) !== shapeOf(labels[0]))) return undefined;
  return joined(labels as StoredArray[]);
}

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
  return {
    shape: shape.slice(1),
    form: columns && isMixed(columns) && found.form !== 'bits' ? 'columns' : found.form,
    hasMissing: found.missing > 0,
    ...(columns ? { columns } : {}),
    ...(classes ? { classes } : {}),
    ...(label === undefined ? {} : { label }),
  };
}

const isMixed = (columns: readonly DataColumn[]) => columns.some(({ kind }) => kind !== 'number');
