// Folders of pictures as sources. Sub-folders are classes, but for those that name the parts of a data set.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { type Pictures, readPictures } from '../pictures/pictures.ts';
import { type SplitName, splitNames } from '../sets/data-set.ts';
import { splitOfWord } from '../sets/split-words.ts';
import { arrayInMemory } from './in-memory.ts';
import type { OpenedPart, OpenedSource, SourceOptions } from './opened-part.ts';

/**
 * Opens a folder of pictures; with sub-folders named `train`, `test` and perhaps `validation`, a folder for each part.
 *
 * @throws ExpectationError as `readPictures` does, or where the parts have other sizes or other classes
 */
export async function pictureSource(folder: string, options: SourceOptions): Promise<OpenedSource> {
  const { parts, notes } = partFolders(folder);
  const roles = parts.length > 0 ? parts : [{ path: folder, role: undefined }];
  const read: (Pictures & { readonly role: SplitName | undefined })[] = [];
  for (const { path, role } of roles) read.push({ ...(await readPictures(path, pictureOptions(options))), role });
  const alike = inOneForm(folder, read);
  const classes = options.like?.classes ?? alike[0]!.labels?.classes;
  return {
    name: basename(resolve(folder)),
    parts: alike.map((pictures) => partOf(folder, pictures, classes)),
    ...(classes ? { classes } : {}),
    notes: [...notes, ...read.flatMap(({ notes, role }) => notes.map((note) => (role ? `${role}: ${note}` : note)))],
    checksum: () => checksumOf(alike),
    close() {},
  };
}

const pictureOptions = ({ size, grey }: SourceOptions) => ({
  ...(size ? { size } : {}),
  ...(grey ? { grey } : {}),
});

interface PartFolder {
  readonly path: string;
  readonly role: SplitName;
}

/**
 * Sub-folders that are parts, in the order of the splits. There are some where one is for training, and others are for
 * validation or the test, or there are none: a class may be called `train`, too.
 */
function partFolders(folder: string): { readonly parts: readonly PartFolder[]; readonly notes: readonly string[] } {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  const folders = names.filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory());
  const parts = splitNames.flatMap((role) =>
    folders.filter((name) => splitOfWord(name) === role).map((name) => ({ path: join(folder, name), role })),
  );
  const others = names.filter((name) => !parts.some(({ path }) => path === join(folder, name)));
  const isDivided = parts[0]?.role === 'train' && (parts.length > 1 || folders.length === 1);
  if (!isDivided) return { parts: [], notes: [] };
  const twice = parts.find(({ role }, i) => role === parts[i - 1]?.role);
  if (twice) {
    throw new ExpectationError({
      where: folder,
      expected: 'one folder for each part',
      received: parts.map(({ path }) => basename(path)).join(', '),
    });
  }
  return { parts, notes: others.length > 0 ? [`Not used: ${others.slice(0, 12).join(', ')}.`] : [] };
}

type Part = Pictures & { readonly role: SplitName | undefined };

function inOneForm(folder: string, parts: readonly Part[]): readonly Part[] {
  const [first] = parts as [Part, ...Part[]];
  const formOf = ({ images }: Pictures) => images.shape.slice(1).join(' x ');
  const other = parts.find((part) => formOf(part) !== formOf(first));
  if (!other) return parts;
  throw new ExpectationError({
    where: join(folder, other.role ?? ''),
    expected: `pictures of ${formOf(first)}, as in ${first.role}`,
    received: formOf(other),
    remedy: 'name a size, or take grey: all parts get one form',
  });
}

function partOf(folder: string, { role, images, labels }: Part, classes: readonly string[] | undefined): OpenedPart {
  const common = { name: role ?? 'pictures', x: images, ...(role ? { role } : {}) };
  if (!labels || !classes) return common;
  const numbers = labels.values.map((value) => indexIn(folder, classes, labels.classes[value]!));
  return { ...common, y: arrayInMemory(numbers, [numbers.length], `${folder}: classes`) };
}

function indexIn(folder: string, classes: readonly string[], name: string): number {
  const index = classes.indexOf(name);
  if (index >= 0) return index;
  throw new ExpectationError({
    where: folder,
    expected: `classes among ${classes.slice(0, 12).join(', ')}${classes.length > 12 ? ', …' : ''}`,
    received: name,
    remedy: 'classes are those of the training part, or of the data of training',
  });
}

/** Of the pictures as models see them, and their classes. */
function checksumOf(parts: readonly Pictures[]): string {
  const hash = createHash('sha256');
  for (const { images, labels } of parts) {
    hash.update(images.shape.join());
    hash.update(images.readBytes!(0, images.shape[0]!));
    if (labels) hash.update(JSON.stringify([labels.classes, [...labels.values]]));
  }
  return hash.digest('hex');
}
