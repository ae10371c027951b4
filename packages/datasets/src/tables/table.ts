// Tables of numbers and classes in CSV and TSV files.
import { ExpectationError } from '@flowvae/tensor/plain';
import { bytesInMemory } from '../stored/byte-source.ts';
import { nativeIsLittle } from '../stored/element-types.ts';
import { type StoredArray, storedArray } from '../stored/stored-array.ts';
import { type ColumnChoice, type ColumnOptions, chooseColumns, namesOf } from './column-choice.ts';
import { type ColumnKind, classesOf, kindOf } from './column-kind.ts';
import { ColumnSurvey } from './column-survey.ts';
import { visitRecords } from './csv-records.ts';
import { type Dialect, type DialectOptions, findDialect } from './dialect.ts';
import { missingFields } from './field.ts';
import { notesOf } from './table-notes.ts';
import { type ClassColumn, type Layout, type PlacedColumn, valuesWriter } from './table-values.ts';

/** Options of {@link readTable}. */
export interface TableOptions extends DialectOptions, ColumnOptions {
  /** Fields that stand for a missing value. Default: nothing, `NA`, `NaN`, `nan`, `null` and `?`. */
  readonly missing?: readonly string[];
  /**
   * The columns of another file: then these columns are read, by their names and as they were there, and no others.
   * Default: as the file itself shows them.
   */
  readonly like?: Pick<Table, 'columns' | 'labels'>;
}

/** A column of the file, and its columns in the values. */
export interface TableColumn {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical';
  /** Its first column in the values. */
  readonly at: number;
  /** How many columns it takes there: 1, or one for each class. */
  readonly width: number;
  /** Classes of a categorical column, sorted, in the order of its columns; otherwise none. */
  readonly classes: readonly string[];
}

/** A column of classes: the class of each row [n] as an index of `classes`, which are sorted. */
interface TableClasses {
  readonly name: string;
  readonly classes: readonly string[];
  readonly values: Int32Array;
}

/** A table as a model can use it. */
export interface Table {
  /** Names of the D columns of the values: a column's name, or `colour=red` for a class of a categorical one. */
  readonly names: readonly string[];
  /** [n, D] of type f4: numbers as they are, classes as one-hot; 0 where nothing was observed. */
  readonly values: StoredArray;
  /** [n, D] of type b1: 1 where the value was observed. */
  readonly mask: StoredArray;
  /** How many of the n·D values were not observed. */
  readonly missing: number;
  readonly columns: readonly TableColumn[];
  /** The column of labels. */
  readonly labels?: TableClasses;
  /** The column that divides the rows. */
  readonly parts?: TableClasses;
  /** A sentence for each decision. */
  readonly notes: readonly string[];
}

/**
 * Reads a CSV or TSV file, plain or gzip, in two passes: the first learns the columns, the second fills the arrays. So
 * a file of any size takes the memory of its result, 5 bytes for each number.
 *
 * A column is numeric where every present value is a number (decimal mark: a point), in float32; else categorical, and
 * becomes one column for each class. Spaces around a value do not count. Empty lines are left out.
 *
 * @throws ExpectationError naming file, line and column where the file cannot be read or is no text, a record has
 * another number of fields than the first, a quote is wrong, nearly all values of a column without numbers differ, a
 * label is missing, or a column is asked for that is not there
 */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  const missing = new Set(options.missing ?? missingFields);
  const dialect = await findDialect(path, options, missing);
  const names = namesOf(path, dialect.first, dialect.hasHeader);
  const choice = options.like ? likeChoice(path, names, options, options.like) : chooseColumns(path, names, options);
  const { surveys, rows } = await survey(path, { dialect, names, choice, missing });
  const whereOf = (place: number) => `${path}: column "${names[place]}"`;
  const kinds = options.like
    ? options.like.columns.map(kindLike)
    : choice.values.map((place) => kindOf({ where: whereOf(place), survey: surveys.get(place)! }));
  const columns = placed(choice.values, names, kinds);
  if (columns.length === 0) throw new ExpectationError({ where: path, expected: 'a value', received: 'none' });
  const classesAt = (place: number, known?: readonly string[]): ClassColumn => ({
    place,
    name: names[place]!,
    classes: known ?? labelClasses(place, whereOf, surveys),
  });
  const label = choice.label === undefined ? undefined : classesAt(choice.label, options.like?.labels?.classes);
  const part = choice.part === undefined ? undefined : classesAt(choice.part);
  const ofClasses = [label, part].filter((column) => column !== undefined);
  const layout: Layout = { path, rows, columns, classes: ofClasses, missing };
  const { values, mask, classes } = await fill(layout, dialect);
  const kept = columns.map(described);
  const shape = [rows, values.length / rows];
  const valuesOf = (column: ClassColumn) => ({
    name: column.name,
    classes: column.classes,
    values: classes[ofClasses.indexOf(column)]!,
  });
  return {
    names: kept.flatMap(({ name, kind, classes }) =>
      kind === 'numeric' ? [name] : classes.map((each) => `${name}=${each}`),
    ),
    values: inMemory(new Uint8Array(values.buffer), { path: `${path}: values`, shape, type: 'f4' }),
    mask: inMemory(mask, { path: `${path}: mask`, shape, type: 'b1' }),
    missing: mask.reduce((count, observed) => count + 1 - observed, 0),
    columns: kept,
    ...(label ? { labels: valuesOf(label) } : {}),
    ...(part ? { parts: valuesOf(part) } : {}),
    notes: [
      ...dialect.notes,
      ...(options.like
        ? []
        : choice.values.flatMap((place, i) =>
            notesOf({ name: names[place]!, survey: surveys.get(place)!, kind: kinds[i]! }),
          )),
      ...(label ? [`Column "${label.name}" is the label, with ${label.classes.length} classes.`] : []),
      ...(part ? [`Column "${part.name}" divides the rows.`] : []),
    ],
  };
}

/** The columns of another file, by their names here; a label that is not here is left out. */
function likeChoice(path: string, names: readonly string[], options: TableOptions, like: LikeTable): ColumnChoice {
  const label = options.label ?? like.labels?.name;
  const isHere = typeof label === 'string' ? names.includes(label) : label !== undefined;
  const { label: _, ...others } = options;
  const columns = like.columns.map(({ name }) => name);
  const choice = chooseColumns(path, names, {
    ...others,
    ...(isHere && label !== undefined ? { label } : {}),
    columns,
  });
  return { ...choice, values: columns.map((name) => names.indexOf(name)) };
}

type LikeTable = NonNullable<TableOptions['like']>;

const kindLike = ({ kind, classes }: TableColumn): ColumnKind =>
  kind === 'numeric' ? { kind } : { kind: 'categorical', classes };

interface FirstPass {
  readonly dialect: Dialect;
  readonly names: readonly string[];
  readonly choice: ColumnChoice;
  readonly missing: ReadonlySet<string>;
}

/** The first pass: the chosen columns, surveyed. */
async function survey(path: string, { dialect, names, choice, missing }: FirstPass) {
  const surveys = new Map(choice.values.map((place) => [place, new ColumnSurvey()]));
  for (const place of [choice.label, choice.part]) {
    if (place !== undefined) surveys.set(place, new ColumnSurvey(true));
  }
  const seen = [...surveys];
  let records = 0;
  await visitRecords(path, dialect, (fields, line) => {
    if (fields.length !== names.length) throw unequalRecord(`${path}: line ${line}`, names.length, fields.length);
    if (records++ === 0 && dialect.hasHeader) return;
    for (const [place, column] of seen) {
      const field = fields[place]!;
      column.see(field, line, missing.has(field));
    }
  });
  const rows = records - Number(dialect.hasHeader);
  if (rows < 1) throw new ExpectationError({ where: path, expected: 'rows of values', received: 'a header only' });
  return { surveys, rows };
}

/** The second pass. */
async function fill(layout: Layout, dialect: Dialect) {
  const { write, finish } = valuesWriter(layout);
  let isHeader = dialect.hasHeader;
  await visitRecords(layout.path, dialect, (fields, line) => {
    if (!isHeader) write(fields, line);
    isHeader = false;
  });
  return finish();
}

const unequalRecord = (where: string, expected: number, received: number) =>
  new ExpectationError({
    where,
    expected: `${expected} fields, as in the first line`,
    received: String(received),
    remedy: 'repair the line, or name the `delimiter` if it was guessed wrongly',
  });

/** Where the columns lie in the result; empty ones are left out. */
function placed(places: readonly number[], names: readonly string[], kinds: readonly ColumnKind[]): PlacedColumn[] {
  let at = 0;
  return places.flatMap((place, i) => {
    const kind = kinds[i]!;
    if (kind.kind === 'empty') return [];
    const width = kind.kind === 'categorical' ? kind.classes.length : 1;
    const column = { place, name: names[place]!, at, width, kind };
    at += width;
    return [column];
  });
}

function labelClasses(place: number, whereOf: (place: number) => string, surveys: ReadonlyMap<number, ColumnSurvey>) {
  const [where, survey] = [whereOf(place), surveys.get(place)!];
  if (survey.firstMissing) {
    throw new ExpectationError({
      where: `${where}, line ${survey.firstMissing.line}`,
      expected: 'a label in every row',
      received: JSON.stringify(survey.firstMissing.text),
      remedy: 'name another column as `label`, or take the row out of the file',
    });
  }
  return classesOf({ where, survey }, 'name another column as `label`');
}

function described({ at, width, name, kind }: PlacedColumn): TableColumn {
  return kind.kind === 'categorical'
    ? { name, kind: 'categorical', at, width, classes: kind.classes }
    : { name, kind: 'numeric', at, width, classes: [] };
}

interface Form {
  readonly path: string;
  readonly shape: readonly number[];
  readonly type: 'f4' | 'b1';
}

const inMemory = (bytes: Uint8Array, { path, shape, type }: Form): StoredArray =>
  storedArray(bytesInMemory(bytes, path), { shape, type, offset: 0, littleEndian: nativeIsLittle });
