import { LABELS } from '../covariates/covariates.ts';
import { type GivenData, givenSource } from '../sources/given-source.ts';
import { joinedSource } from '../sources/joined-source.ts';
import { isMnistName } from '../sources/mnist-name.ts';
import type { OpenedSource, SourceOptions } from '../sources/opened-part.ts';
import type { ReaderTable } from '../sources/reader.ts';
import { openSource } from '../sources/source-kinds.ts';
import { type NamedSource, readSourceText } from '../sources/source-text.ts';
import type { DataDescription, DataSet } from './data-set.ts';
import { setOf } from './made-set.ts';
import { readSplitRule } from './split-rule.ts';

/** Options of {@link openData}. */
export interface DataOptions extends Omit<SourceOptions, 'partColumn' | 'like' | 'beside'> {
  /** The shape of a datum, such as [28, 28] or [32, 32, 3], where rows are stored flat. */
  readonly shape?: readonly number[];
  /** How rows are divided: `auto`, `0.8/0.1/0.1`, `stratified:0.8/0.1/0.1` or `column:name`. Default `auto`. */
  readonly splits?: string;
  /** Decides the rows of drawn splits. Default 0. */
  readonly splitSeed?: number;
  /** Covariates: `y` for the labels, or the names of other arrays or columns, which are then no data. */
  readonly covariates?: readonly string[];
  /** The data that a model was trained on: other data must fit it, and columns and classes are those of it. */
  readonly like?: DataDescription;
  /** Readers of formats that flowvae does not know. Default none. */
  readonly readers?: ReaderTable;
  /**
   * Whether the values are counts: they are taken as stored, and one that is no whole number from 0 is refused. Default
   * false: whole numbers are levels or other numbers.
   */
  readonly counts?: boolean;
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
  const {
    splits = 'auto',
    splitSeed: seed = 0,
    like,
    onProgress,
    shape,
    readers,
    covariates = [],
    counts = false,
    ...reading
  } = options;
  const rule = readSplitRule(splits);
  const source = await openAll(text, readers, {
    ...reading,
    ...(rule.kind === 'column' ? { partColumn: rule.name } : {}),
    ...(like ? { like } : {}),
    ...(covariates.length > 0 ? { beside: covariates.filter((name) => name !== LABELS) } : {}),
  });
  return setOf(source, {
    text,
    rule,
    seed,
    like,
    onProgress,
    shape,
    counts,
    isVerified: isMnistName(text),
    covariates,
  });
}

/** Options of {@link dataSet}. */
export type DataSetOptions = Pick<DataOptions, 'splits' | 'splitSeed' | 'like' | 'counts'>;

/**
 * Data that a program holds as arrays, as a set.
 *
 * @throws ExpectationError naming the array that does not fit x, or a rule that does not fit the data
 * @example const set = dataSet({ name: 'rings', x: { values, shape: [1000, 2] } }, { splits: '0.8/0.1/0.1' });
 */
export function dataSet(given: GivenData, options: DataSetOptions = {}): DataSet {
  const { splits = 'auto', splitSeed: seed = 0, like, counts = false } = options;
  const covariates = Object.keys(given.covariates ?? {});
  const rule = readSplitRule(splits);
  return setOf(givenSource(given), { text: given.name, rule, seed, like, counts, covariates });
}

async function openAll(text: string, readers: ReaderTable | undefined, options: SourceOptions): Promise<OpenedSource> {
  const opened: OpenedSource[] = [];
  try {
    const sources = readSourceText(text);
    for (const [i, source] of sources.entries()) {
      const own = ownNames(sources, i, options);
      const like = i === 0 ? {} : likeFirst(opened[0]!, options);
      opened.push(await openSource(source, { ...own, ...like }, readers));
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
  { columns, classes, label, besideColumns }: OpenedSource,
  { like }: SourceOptions,
): Pick<SourceOptions, 'like'> => ({
  like: like ?? {
    ...(columns ? { columns } : {}),
    ...(classes ? { classes } : {}),
    ...(label ? { label } : {}),
    ...(besideColumns ? { covariates: besideColumns } : {}),
  },
});
