// Tables as sources.
import { basename } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { Covariate, DataColumn } from '../sets/data-set.ts';
import { rowsInPiece } from '../sets/row-runs.ts';
import { columnsOf, withoutMissing } from '../stored/views.ts';
import type { Table, TableColumn, TableOptions } from '../tables/table.ts';
import { readTable } from '../tables/table.ts';
import { fileChecksum } from './file-checksum.ts';
import { arrayInMemory } from './in-memory.ts';
import { lookAt } from './look.ts';
import type { LikeData, OpenedSource, SourceOptions } from './opened-part.ts';

/** Whether a file is a table by its name. */
export const isTable = (path: string): boolean => /\.(csv|tsv|tab|txt)(\.gz)?$/i.test(path);

/**
 * Opens a CSV or TSV file.
 *
 * @throws ExpectationError as `readTable` does
 */
export async function tableSource(path: string, options: SourceOptions): Promise<OpenedSource> {
  if (options.labels && options.labels.length !== 1) {
    const received = options.labels.join(', ') || 'none';
    throw new ExpectationError({ where: `${path}: labels`, expected: 'one column', received });
  }
  const table = await readTable(path, tableOptions(options));
  const columns = dataColumns(table);
  if (options.like?.columns) checkBits(path, columns, options.like.columns);
  const { labels, parts, missing } = table;
  const beside = await besideColumns(path, options, labels?.name);
  return {
    name: basename(path),
    parts: [
      {
        name: 'table',
        x: table.values,
        ...(missing > 0 ? { mask: table.mask } : {}),
        ...(labels ? { y: arrayInMemory(labels.values, [labels.values.length], `${path}: ${labels.name}`) } : {}),
        ...(beside ? { beside: beside.arrays } : {}),
        ...(parts ? { partOf: { values: parts.values, names: parts.classes } } : {}),
      },
    ],
    columns: options.like?.columns ?? columns,
    ...(labels ? { classes: labels.classes, label: labels.name } : {}),
    ...(beside ? { besideColumns: beside.columns } : {}),
    notes: table.notes,
    checksum: () => fileChecksum(path),
    close() {},
  };
}

function tableOptions({ labels, leaveOut, beside = [], partColumn, like }: SourceOptions): TableOptions {
  const without = [...(leaveOut ?? []), ...beside];
  return {
    ...(labels?.[0] === undefined ? {} : { label: labels[0] }),
    // the other file's columns leave all others out
    ...(without.length > 0 && !like?.columns ? { leaveOut: without } : {}),
    ...(partColumn === undefined ? {} : { part: partColumn }),
    ...(like?.columns ? { like: likeTable(like) } : {}),
  };
}

/** Columns that are wanted beside the data, read by themselves; the label is read with the data. */
async function besideColumns(path: string, { beside = [], like }: SourceOptions, label: string | undefined) {
  const names = beside.filter((name) => name !== label);
  if (names.length === 0) return undefined;
  const known = like?.covariates?.filter(({ name }) => names.includes(name));
  const table = await readTable(path, {
    columns: names,
    ...(known?.length ? { like: likeTable({ columns: placedIn(known) }) } : {}),
  });
  const columns = dataColumns(table);
  const presentIn = (at: number, width: number) =>
    withoutMissing(columnsOf(table.values, at, width), columnsOf(table.mask, at, width));
  return {
    columns: columns.map(({ at: _, ...column }): Covariate => column),
    arrays: Object.fromEntries(columns.map(({ name, at, width }) => [name, presentIn(at, width)])),
  };
}

/** Columns one after the other. */
function placedIn(covariates: readonly Covariate[]): DataColumn[] {
  let at = 0;
  return covariates.map(({ name, kind, width, classes }) => {
    at += width;
    return { name, kind, width, classes, at: at - width };
  });
}

/** Columns of a described table, as its reader takes them. */
function likeTable({ columns = [], classes, label }: LikeData): Pick<Table, 'columns' | 'labels'> {
  return {
    columns: columns.map(
      ({ kind, ...column }): TableColumn => ({ ...column, kind: kind === 'category' ? 'categorical' : 'numeric' }),
    ),
    ...(classes && label !== undefined ? { labels: { name: label, classes, values: new Int32Array() } } : {}),
  };
}

/** A numeric column of nothing but 0 and 1 holds bits. */
function dataColumns({ columns, values, mask }: Table): readonly DataColumn[] {
  const isBit = bitColumns(values.shape[0]!, values.shape[1]!, { values, mask });
  return columns.map(({ kind, at, ...column }) => ({
    ...column,
    at,
    kind: kind === 'categorical' ? 'category' : isBit[at] ? 'bit' : 'number',
  }));
}

/** A model gives such a column a probability of 1. */
function checkBits(path: string, columns: readonly DataColumn[], like: readonly DataColumn[]): void {
  const wrong = like.find(({ kind }, i) => kind === 'bit' && columns[i]?.kind !== 'bit');
  if (!wrong) return;
  throw new ExpectationError({
    where: `${path}: column "${wrong.name}"`,
    expected: '0 and 1 only, as in the first file, or the file of training',
    received: 'other numbers',
    remedy: lookAt(path),
  });
}

/** For each column of the values, whether all observed values are 0 or 1. */
function bitColumns(rows: number, width: number, { values, mask }: Pick<Table, 'values' | 'mask'>): readonly boolean[] {
  const isBit = new Array<boolean>(width).fill(true);
  const most = Math.min(rows, rowsInPiece(width));
  const [x, observed] = [new Float32Array(most * width), new Float32Array(most * width)];
  for (let from = 0; from < rows; from += most) {
    const to = Math.min(rows, from + most);
    const length = (to - from) * width;
    values.read(from, to, x.subarray(0, length));
    mask.read(from, to, observed.subarray(0, length));
    for (let i = 0; i < length; i++) if (observed[i] === 1 && x[i] !== 0 && x[i] !== 1) isBit[i % width] = false;
  }
  return isBit;
}
