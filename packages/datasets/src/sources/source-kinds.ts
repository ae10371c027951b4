// Which kind of source a path is, and the options that each kind takes.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor/plain';
import { isCifarFolder } from '../formats/cifar.ts';
import { isIdxFolder } from '../idx-folder.ts';
import { arraySource } from './array-source.ts';
import { givenSource } from './given-source.ts';
import { idxSource, mnistSource } from './image-source.ts';
import { lookAt } from './look.ts';
import { isMnistName } from './mnist-name.ts';
import type { OpenedSource, SourceOptions } from './opened-part.ts';
import { pictureSource } from './picture-source.ts';
import { type ReaderTable, readBy, readerOf } from './reader.ts';
import type { NamedSource } from './source-text.ts';
import { isTable, tableSource } from './table-source.ts';

interface SourceKind {
  /** For errors. */
  readonly name: string;
  readonly takes: readonly (keyof SourceOptions)[];
  open(source: NamedSource, options: SourceOptions): OpenedSource | Promise<OpenedSource>;
}

const kinds = {
  mnist: { name: 'MNIST', takes: ['like', 'beside'], open: () => mnistSource() },
  idx: {
    name: 'a folder of IDX files',
    takes: ['like', 'beside'],
    open: ({ path }, { like }) => idxSource(path, like !== undefined),
  },
  pictures: {
    name: 'a folder of pictures',
    takes: ['like', 'size', 'grey', 'beside'],
    open: ({ path }, options) => pictureSource(path, options),
  },
  table: {
    name: 'a table',
    takes: ['like', 'labels', 'leaveOut', 'partColumn', 'beside'],
    open: ({ path }, options) => tableSource(path, options),
  },
  arrays: {
    name: 'a file of arrays',
    takes: ['like', 'labels', 'mask', 'partColumn', 'invert', 'beside'],
    open: arraySource,
  },
} as const satisfies Readonly<Record<string, SourceKind>>;

/**
 * Opens one source.
 *
 * @param readers readers of one's own; none by default
 * @throws ExpectationError where there is no such file, an option is for another kind of source, or the file is damaged
 */
export async function openSource(
  source: NamedSource,
  options: SourceOptions,
  readers: ReaderTable = {},
): Promise<OpenedSource> {
  const kind = kindOf(source, readers);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === false || kind.takes.includes(name as keyof SourceOptions)) continue;
    const isColumn = name === 'partColumn';
    throw new ExpectationError({
      where: `data ${source.path}: ${isColumn ? 'splits' : name}`,
      expected: isColumn ? `no column beside ${kind.name}` : `no such option for ${kind.name}`,
      received: JSON.stringify(value),
      remedy: lookAt(source.path),
    });
  }
  if (source.members && kind !== kinds.arrays) {
    const received = source.members.join(', ');
    throw new ExpectationError({
      where: `data ${source.path}`,
      expected: `no names of arrays in ${kind.name}`,
      received,
      remedy: lookAt(source.path),
    });
  }
  return kind.open(source, options);
}

/** The kind of a source in words: `a table`. @throws ExpectationError where there is no such file */
export const kindOfSource = (source: NamedSource, readers: ReaderTable = {}): string => kindOf(source, readers).name;

function kindOf({ path, members }: NamedSource, readers: ReaderTable): SourceKind {
  if (isMnistName(path)) return kinds.mnist;
  if (!existsSync(path)) {
    const named = members ? ` (arrays ${members.join(', ')})` : '';
    throw new ExpectationError({
      where: `data ${path}`,
      expected: 'mnist, a file or a folder',
      received: `nothing of that name${named}`,
    });
  }
  const reader = readerOf(path, readers);
  if (reader) {
    const open = async () => givenSource(await readBy(reader, path));
    return { name: `data of the reader ${reader.name}`, takes: ['like'], open };
  }
  if (!statSync(path).isDirectory()) return isTable(path) ? kinds.table : kinds.arrays;
  checkFolder(path);
  if (isIdxFolder(path)) return kinds.idx;
  return isCifarFolder(path) ? kinds.arrays : kinds.pictures;
}

function checkFolder(path: string): void {
  try {
    readdirSync(path);
  } catch (error) {
    const received = (error as Error).message;
    throw new ExpectationError({ where: `data ${path}`, expected: 'a folder that can be read', received });
  }
}
