// Which kind of source a path is, and the options that each kind takes.
import { existsSync, statSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor/plain';
import { isCifarFolder } from '../formats/cifar.ts';
import { isIdxFolder } from '../idx-folder.ts';
import { arraySource } from './array-source.ts';
import { idxSource, mnistSource } from './image-source.ts';
import { isMnistName } from './mnist-name.ts';
import type { OpenedSource, SourceOptions } from './opened-part.ts';
import { pictureSource } from './picture-source.ts';
import type { NamedSource } from './source-text.ts';
import { isTable, tableSource } from './table-source.ts';

interface SourceKind {
  /** For errors. */
  readonly name: string;
  readonly takes: readonly (keyof SourceOptions)[];
  open(source: NamedSource, options: SourceOptions): OpenedSource | Promise<OpenedSource>;
}

const kinds = {
  mnist: { name: 'MNIST', takes: ['like'], open: () => mnistSource() },
  idx: { name: 'a folder of IDX files', takes: ['like'], open: ({ path }) => idxSource(path) },
  pictures: {
    name: 'a folder of pictures',
    takes: ['like', 'size', 'grey'],
    open: ({ path }, options) => pictureSource(path, options),
  },
  table: {
    name: 'a table',
    takes: ['like', 'labels', 'leaveOut', 'partColumn'],
    open: ({ path }, options) => tableSource(path, options),
  },
  arrays: { name: 'a file of arrays', takes: ['like', 'labels', 'mask', 'partColumn', 'invert'], open: arraySource },
} as const satisfies Readonly<Record<string, SourceKind>>;

/**
 * Opens one source.
 *
 * @throws ExpectationError where there is no such file, an option is for another kind of source, or the file is damaged
 */
export async function openSource(source: NamedSource, options: SourceOptions): Promise<OpenedSource> {
  const kind: SourceKind = kinds[kindOf(source)];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === false || kind.takes.includes(name as keyof SourceOptions)) continue;
    throw new ExpectationError({
      where: `data ${source.path}: ${name}`,
      expected: `no such option for ${kind.name}`,
      received: JSON.stringify(value),
    });
  }
  if (source.members && kind !== kinds.arrays) {
    const received = source.members.join(', ');
    throw new ExpectationError({
      where: `data ${source.path}`,
      expected: `no names of arrays in ${kind.name}`,
      received,
    });
  }
  return kind.open(source, options);
}

function kindOf({ path, members }: NamedSource): keyof typeof kinds {
  if (isMnistName(path)) return 'mnist';
  if (!existsSync(path)) {
    const named = members ? ` (arrays ${members.join(', ')})` : '';
    throw new ExpectationError({
      where: `data ${path}`,
      expected: 'mnist, a file or a folder',
      received: `nothing of that name${named}`,
    });
  }
  if (!statSync(path).isDirectory()) return isTable(path) ? 'table' : 'arrays';
  if (isIdxFolder(path)) return 'idx';
  return isCifarFolder(path) ? 'arrays' : 'pictures';
}
