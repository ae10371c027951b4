// Folders of pictures as sources. Sub-folders are classes, but for those that name the parts of a data set.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { type Pictures, readPictures } from '../pictures/pictures.ts';
import type { SplitName } from '../sets/data-set.ts';
import { splitOfWord } from '../sets/split-words.ts';
import { arrayInMemory } from './in-memory.ts';
import type { OpenedPart, OpenedSource, SourceOptions } from './opened-part.ts';

/**
 * Opens a folder of pictures; with sub-folders named `train`, `test` and perhaps `validation`, a folder for each part.
 *
 * @throws ExpectationError as `readPictures` does, or where the parts have other sizes or other classes
 */
export async function pictureSource(folder: string, options: SourceOptions): Promise<OpenedSource> {
  const parts = partFolders(folder);
  const roles = parts.length > 0 ? parts : [{ path: folder, role: undefined }];
  const read: (Pictures & { readonly role: SplitName | undefined })[] = [];
  for (const { path, role } of roles) read.push({ ...(await readPictures(path, pictureOptions(options))), role });
  const alike = inOneForm(folder, read);
  const classes = options.like?.classes ?? alike[0]!.labels?.classes;
  return {
    name: basename(resolve(folder)),
    parts: alike.map((pictures) => partOf(folder, pictures, classes)),
    ...(classes ? { classes } : {}),
    notes: read.flatMap(({ notes, role }) => notes.map((note) => (role ? `${role}: ${note}` : note))),
    checksum: () => checksumOf(alike),
    close() {},
  };
}

const pictureOptions = ({ size, grey }: SourceOptions) => ({
  ...(size ? { size } : {}),
  ...(grey ? { grey } : {}),
});

/** Sub-folders that are parts; none unless one of them is for training. */
function partFolders(folder: string): { readonly path: string; readonly role: SplitName }[] {
  const found = readdirSync(folder)
    .filter((name) => statSync(join(folder, name)).isDirectory())
    .flatMap((name) => {
      const role = splitOfWord(name);
      return role ? [{ path: join(folder, name), role }] : [];
    });
  return found.some(({ role }) => role === 'train') ? found : [];
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
  const expected = `sub-folders ${classes.slice(0, 12).join(', ')}, as in the first part`;
  throw new ExpectationError({ where: folder, expected, received: name });
}

/** Of the pictures as models see them, and their classes. */
function checksumOf(parts: readonly Pictures[]): string {
  const hash = createHash('sha256');
  for (const { images, labels } of parts) {
    hash.update(images.readBytes!(0, images.shape[0]!));
    if (labels) hash.update(JSON.stringify([labels.classes, [...labels.values]]));
  }
  return hash.digest('hex');
}
