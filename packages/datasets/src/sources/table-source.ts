// Tables as sources.
import { basename } from 'node:path';
import type { DataColumn } from '../sets/data-set.ts';
import type { Table, TableColumn, TableOptions } from '../tables/table.ts';
import { readTable } from '../tables/table.ts';
import { fileChecksum } from './file-checksum.ts';
import { arrayInMemory } from './in-memory.ts';
import type { LikeData, OpenedSource, SourceOptions } from './opened-part.ts';

/** Whether a file is a table by its name. */
export const isTable = (path: string): boolean => /\.(csv|tsv|tab|txt)(\.gz)?$/i.test(path);

/**
 * Opens a CSV or TSV file.
 *
 * @throws ExpectationError as `readTable` does
 */
export async function tableSource(path: string, options: SourceOptions): Promise<OpenedSource> {
  const table = await readTable(path, tableOptions(options));
  const columns = dataColumns(table);
  const { labels, parts, missing } = table;
  return {
    name: basename(path),
    parts: [
      {
        name: 'table',
        x: table.values,
        ...(missing > 0 ? { mask: table.mask } : {}),
        ...(labels ? { y: arrayInMemory(labels.values, [labels.values.length], `${path}: ${labels.name}`) } : {}),
        ...(parts ? { partOf: { values: parts.values, names: parts.classes } } : {}),
      },
    ],
    columns: options.like?.columns ?? columns,
    ...(labels ? { classes: labels.classes, label: labels.name } : {}),
    notes: table.notes,
    checksum: () => fileChecksum(path),
    close() {},
  };
}

function tableOptions({ labels, leaveOut, partColumn, like }: SourceOptions): TableOptions {
  return {
    ...(labels?.[0] === undefined ? {} : { label: labels[0] }),
    ...(leaveOut ? { leaveOut } : {}),
    ...(partColumn === undefined ? {} : { part: partColumn }),
    ...(like?.columns ? { like: likeTable(like) } : {}),
  };
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

/** For each column of the values, whether all observed values are 0 or 1. */
function bitColumns(rows: number, width: number, { values, mask }: Pick<Table, 'values' | 'mask'>): readonly boolean[] {
  const isBit = new Array<boolean>(width).fill(true);
  const [x, observed] = [new Float32Array(width), new Float32Array(width)];
  for (let row = 0; row < rows; row++) {
    values.read(row, row + 1, x);
    mask.read(row, row + 1, observed);
    for (let i = 0; i < width; i++) if (observed[i] === 1 && x[i] !== 0 && x[i] !== 1) isBit[i] = false;
  }
  return isBit;
}
