// The pictures in a folder, and the classes that its sub-folders stand for.
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';

/** A file of a folder of pictures. */
export interface PictureFile {
  readonly path: string;
  /** Below the folder, with slashes on every system. */
  readonly name: string;
}

export interface PictureFolder {
  /** Sorted by class, then by name. */
  readonly files: readonly PictureFile[];
  /** The names of sub-folders with pictures, sorted, and for each file an index of them; none for a flat folder. */
  readonly labels?: { readonly classes: readonly string[]; readonly values: Int32Array };
  readonly notes: readonly string[];
}

const extensions = ['.png', '.jpg', '.jpeg', '.webp'];

/**
 * The pictures of a folder: those right in it, or those at any depth of its sub-folders, each a class. Names are sorted
 * by their UTF-16 codes. Hidden files and folders, and files with other extensions, are left out.
 *
 * @throws ExpectationError where there is no such folder, it holds no picture, or pictures lie beside sub-folders with
 * pictures
 */
export function listPictures(folder: string): PictureFolder {
  const counts: Counts = { hidden: 0, other: new Map(), without: [] };
  const top = entriesOf(folder, counts);
  const own = top.pictures.map((name) => ({ path: join(folder, name), name }));
  const below = top.folders.map((name) => ({ name, files: [...picturesBelow({ folder, name }, counts, [])] }));
  const classes = below.filter(({ files }) => files.length > 0);
  counts.without.push(...below.filter(({ files }) => files.length === 0).map(({ name }) => name));
  const [flat, nested] = [own[0], classes[0]?.files[0]];
  if (flat && nested) throw mixed(folder, flat, nested);
  const notes = [...classNotes(classes), ...notesOf(counts)];
  if (flat) return { files: own, notes };
  if (nested) {
    const values = Int32Array.from(classes.flatMap(({ files }, index) => files.map(() => index)));
    return {
      files: classes.flatMap(({ files }) => files),
      labels: { classes: classes.map(({ name }) => name), values },
      notes,
    };
  }
  throw new ExpectationError({
    where: folder,
    expected: `pictures: files that end in ${extensions.join(', ')}`,
    received: ['none', ...[...counts.other].map(([ending, count]) => `${count} ${ending || 'without ending'}`)].join(
      ', but ',
    ),
    ...(counts.other.size > 0 ? { remedy: 'arrays and tables are named by their files' } : {}),
  });
}

/** Entries that are left out. */
interface Counts {
  hidden: number;
  /** How many files there are of each other extension. */
  readonly other: Map<string, number>;
  /** Folders without pictures. */
  readonly without: string[];
}

interface Place {
  readonly folder: string;
  /** Below the folder. */
  readonly name: string;
}

/** @param above the folders above, by their real paths: a link to one of them is not followed */
function* picturesBelow({ folder, name }: Place, counts: Counts, above: readonly string[]): Generator<PictureFile> {
  const path = join(folder, name);
  const real = realpathSync(path);
  if (above.includes(real)) return;
  const { pictures, folders } = entriesOf(path, counts);
  for (const each of pictures) yield { path: join(path, each), name: `${name}/${each}` };
  for (const each of folders) yield* picturesBelow({ folder, name: `${name}/${each}` }, counts, [...above, real]);
}

/** The names of a folder's pictures and sub-folders, sorted. */
function entriesOf(folder: string, counts: Counts) {
  const [pictures, folders] = [[] as string[], [] as string[]];
  for (const name of namesIn(folder).sort()) {
    const path = join(folder, name);
    if (name.startsWith('.')) counts.hidden++;
    else if (isFolder(path)) folders.push(name);
    else if (extensions.includes(extname(name).toLowerCase())) pictures.push(name);
    else counts.other.set(extname(name), (counts.other.get(extname(name)) ?? 0) + 1);
  }
  return { pictures, folders };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new ExpectationError({
      where: folder,
      expected: 'a folder that can be read',
      received: (error as Error).message,
    });
  }
}

/** A link without a target is no folder; reading it as a file fails with its name. */
const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const mixed = (where: string, flat: PictureFile, nested: PictureFile) =>
  new ExpectationError({
    where,
    expected: 'every picture in a sub-folder, its class, or none',
    received: `${flat.name} and ${nested.name}`,
  });

const MOST_LISTED = 10;

function classNotes(classes: readonly { readonly name: string; readonly files: readonly PictureFile[] }[]): string[] {
  if (classes.length === 0) return [];
  const listed = classes.slice(0, MOST_LISTED).map(({ name, files }) => `${name} (${files.length})`);
  const more = classes.length > MOST_LISTED ? `, and ${classes.length - MOST_LISTED} more` : '';
  return [`Sub-folders are the classes, with numbers of pictures: ${listed.join(', ')}${more}.`];
}

function notesOf({ hidden, other, without }: Counts): string[] {
  const others = [...other].map(([extension, count]) => `${count} ${extension || 'without extension'}`);
  return [
    hidden > 0 ? `Hidden files and folders are left out: ${hidden}.` : '',
    others.length > 0 ? `Other files are left out: ${others.join(', ')}.` : '',
    without.length > 0 ? `Folders without pictures are left out: ${without.join(', ')}.` : '',
  ].filter((note) => note !== '');
}
