// Folders of pictures as one array of bytes.
import { ExpectationError, elementCount } from '@flowvae/tensor/plain';
import { bytesInMemory } from '../stored/byte-source.ts';
import { type StoredArray, storedArray } from '../stored/stored-array.ts';
import { isOpaque, type Levels, onWhite, withChannels } from './levels.ts';
import { type PictureDecoder, type PictureHeader, pictureDecoder } from './picture-decoder.ts';
import { listPictures, type PictureFile } from './picture-files.ts';
import { countNote, headerNotes } from './picture-notes.ts';
import { resized } from './resize.ts';

/** Options of {@link readPictures}. */
export interface PictureOptions {
  /** Height and width of every picture, or one number for both. Default: all files have one size. */
  readonly size?: number | readonly [height: number, width: number];
  /** Whether colour becomes grey: 0.299·red + 0.587·green + 0.114·blue. Default: where all files are grey. */
  readonly grey?: boolean;
  /** Whether pictures with alpha are laid on white, or their alpha is ignored. Default: on white. */
  readonly alpha?: 'onWhite' | 'ignored';
  /** Pixels of one file. Default: 2²⁴. */
  readonly mostPixels?: number;
  /** Bytes of the result. Default: 2³². */
  readonly mostBytes?: number;
}

/** The pictures of a folder. */
export interface Pictures {
  /** Levels 0 … 255 of type u1, [n, height, width, channels]: 1 channel where all are grey, else red, green, blue. */
  readonly images: StoredArray;
  /** The classes, sub-folders by name, and the class of each picture [n] as an index of them. */
  readonly labels?: { readonly classes: readonly string[]; readonly values: Int32Array };
  /** The file of each picture [n], below the folder. */
  readonly files: readonly string[];
  /** A sentence for each decision. */
  readonly notes: readonly string[];
}

/** Decoded at a time: as many threads as Node gives to such work. */
const AT_A_TIME = 4;

/**
 * Reads a folder of PNG, JPEG and WebP pictures; sub-folders are classes. Needs the optional package sharp.
 *
 * All headers are read first, so nothing is decoded where one file is wrong. Levels are those of the file: 16 bits are
 * cut to the upper 8, profiles are not applied, EXIF orientation is. Resizing averages areas where it shrinks, and is
 * linear between pixels where it grows; proportions are not kept.
 *
 * Classes and files are sorted by the UTF-16 codes of their names. Hidden files, and files with other extensions, are
 * left out.
 *
 * @throws ExpectationError naming the file where one is damaged, has more than `mostPixels` or another size than the
 * first (without `size`); or the folder where it is not there, holds no picture, or pictures both in sub-folders and
 * beside them, or where all of them exceed `mostBytes`; or sharp where it is not installed
 */
export async function readPictures(folder: string, options: PictureOptions = {}): Promise<Pictures> {
  const wanted = options.size === undefined ? undefined : checkedSize(options.size);
  const { files, labels, notes } = listPictures(folder);
  const decoder = await pictureDecoder(options.mostPixels ?? 2 ** 24);
  const headers: PictureHeader[] = [];
  await inGroups(files, async ({ path }, i) => {
    headers[i] = await decoder.header(path);
  });
  const [height, width] = wanted ?? commonSize(folder, files, headers);
  const isAllGrey = headers.every(({ isGrey }) => isGrey);
  const channels = (options.grey ?? isAllGrey) ? 1 : 3;
  const shape = [files.length, height, width, channels];
  const bytes = allocated(folder, shape, options.mostBytes ?? 2 ** 32);
  const form: Form = { height, width, channels, alpha: options.alpha ?? 'onWhite' };
  let transparent = 0;
  await inGroups(files, async ({ path }, i) => {
    const { levels, isTransparent } = await formed({ path, header: headers[i]! }, decoder, form);
    bytes.set(levels.data, i * height * width * channels);
    if (isTransparent) transparent++;
  });
  return {
    images: storedArray(bytesInMemory(bytes, folder), { shape, type: 'u1', offset: 0, littleEndian: true }),
    ...(labels ? { labels } : {}),
    files: files.map(({ name }) => name),
    notes: [...notes, ...headerNotes(headers), ...formNotes(headers, form), ...alphaNotes(transparent, headers, form)],
  };
}

/** The form that all pictures get. */
interface Form {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly alpha: 'onWhite' | 'ignored';
}

interface Source {
  readonly path: string;
  readonly header: PictureHeader;
}

async function formed({ path, header }: Source, decoder: PictureDecoder, form: Form) {
  const decoded = await decoder.decode(path, header);
  if (decoded.height !== header.height || decoded.width !== header.width) throw changed(path, header, decoded);
  const isTransparent = !isOpaque(decoded);
  const opaque = isTransparent && form.alpha === 'onWhite' ? onWhite(decoded) : decoded;
  const { channels } = form;
  return {
    levels: resized(withChannels(opaque, { channels, isGrey: header.isGrey }), form.height, form.width),
    isTransparent,
  };
}

/** Does the work for a few items at a time, in any order; the first error, by place, is thrown. */
async function inGroups<T>(items: readonly T[], work: (item: T, place: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += AT_A_TIME) {
    const group = items.slice(start, start + AT_A_TIME).map((item, i) => work(item, start + i));
    const wrong = (await Promise.allSettled(group)).find(({ status }) => status === 'rejected');
    if (wrong) throw (wrong as PromiseRejectedResult).reason;
  }
}

function checkedSize(size: NonNullable<PictureOptions['size']>): readonly [number, number] {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  if ([height, width].every((side) => Number.isInteger(side) && side >= 1)) return [height, width];
  throw new ExpectationError({
    where: 'readPictures: size',
    expected: 'a height and a width, whole numbers from 1',
    received: JSON.stringify(size),
  });
}

function commonSize(folder: string, files: readonly PictureFile[], headers: readonly PictureHeader[]) {
  const { height, width } = headers[0]!;
  const other = headers.findIndex((header) => header.height !== height || header.width !== width);
  if (other < 0) return [height, width] as const;
  const described = (i: number) => `${files[i]!.name} of ${headers[i]!.height} x ${headers[i]!.width}`;
  throw new ExpectationError({
    where: folder,
    expected: 'pictures of one height and width',
    received: `${described(0)} and ${described(other)}`,
    remedy: 'name a `size`, and all are resized to it',
  });
}

/** Checked before anything is allocated by it. */
function allocated(where: string, shape: readonly number[], most: number): Uint8Array {
  const length = elementCount(shape);
  const tooLarge = (remedy: string) =>
    new ExpectationError({
      where,
      expected: `at most ${most} bytes`,
      received: `${length} for ${shape.join(' x ')}`,
      remedy,
    });
  if (length > most) throw tooLarge('name a smaller `size`, take `grey`, or raise `mostBytes`');
  try {
    return new Uint8Array(length);
  } catch {
    throw tooLarge('the memory does not hold them: name a smaller `size`, or take `grey`');
  }
}

const changed = (where: string, header: PictureHeader, { height, width }: Levels) =>
  new ExpectationError({
    where,
    expected: `the ${header.height} x ${header.width} pixels of its header`,
    received: `${height} x ${width}`,
  });

function formNotes(headers: readonly PictureHeader[], { height, width, channels }: Form): string[] {
  const all = headers.length;
  const count = (holds: (header: PictureHeader) => boolean) => headers.filter(holds).length;
  const isOther = (header: PictureHeader) => header.height !== height || header.width !== width;
  const isStretched = (header: PictureHeader) => header.height * width !== header.width * height;
  const stretched = count(isStretched);
  const proportions = stretched > 0 ? `, which changes the proportions of ${stretched}` : '';
  return [
    ...countNote(count(isOther), all, `are resized to ${height} x ${width}${proportions}`),
    ...countNote(channels === 1 ? count(({ isGrey }) => !isGrey) : 0, all, 'have colours; they become grey'),
    ...countNote(channels === 3 ? count(({ isGrey }) => isGrey) : 0, all, 'are grey; they get three equal channels'),
  ];
}

function alphaNotes(transparent: number, headers: readonly PictureHeader[], { alpha }: Form): string[] {
  const deed = alpha === 'onWhite' ? 'they are laid on white' : 'their alpha is ignored';
  return countNote(transparent, headers.length, `are transparent in parts; ${deed}`);
}
