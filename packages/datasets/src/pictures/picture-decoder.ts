// PNG, JPEG and WebP to levels of 8 bits, by sharp; sizes are judged by the header, before anything is decoded.
import { readFileSync, statSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { Metadata, Sharp } from 'sharp';
import { type Levels, ofCmyk, ofWords } from './levels.ts';

/** A picture by the header of its file. */
export interface PictureHeader {
  /** Upright: as the file's orientation turns it. */
  readonly height: number;
  readonly width: number;
  readonly isGrey: boolean;
  readonly hasAlpha: boolean;
  readonly hasWords: boolean;
  readonly isCmyk: boolean;
  readonly isTurned: boolean;
  readonly hasProfile: boolean;
  readonly frames: number;
}

/** Reads pictures from files. */
export interface PictureDecoder {
  /** @throws ExpectationError where the file is no picture, or has more pixels than allowed */
  header(path: string): Promise<PictureHeader>;
  /** @throws ExpectationError where the picture is damaged */
  decode(path: string, header: PictureHeader): Promise<Levels>;
}

/** Who raises the limit of pixels raises that of a file, too: 8 bytes a pixel, and 1 MiB for everything else. */
const mostBytesOf = (pixels: number) => 8 * pixels + 2 ** 20;

/**
 * The decoder, loaded when the first picture is read.
 *
 * @param mostPixels of one picture
 * @throws ExpectationError where sharp is not installed or does not run here
 */
export async function pictureDecoder(mostPixels: number): Promise<PictureDecoder> {
  const sharp = await loadedSharp();
  // As in Pillow, a file that is cut off is an error, a harmless warning is none, and profiles change no level.
  const open = (path: string, limitInputPixels: number | false): Sharp =>
    sharp(bytesOf(path, mostPixels), { failOn: 'error', limitInputPixels, ignoreIcc: true });
  return {
    async header(path) {
      // The limit is ours here, so that the error names the size; metadata decode nothing.
      const metadata = await attempt(path, () => open(path, false).metadata());
      checkPixels(path, metadata, mostPixels);
      return headerOf(metadata);
    },
    decode: (path, header) => attempt(path, () => levelsOf(open(path, mostPixels).autoOrient(), header)),
  };
}

async function loadedSharp() {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new ExpectationError({
      where: 'readPictures',
      expected: 'the package sharp, which decodes pictures',
      received: (error as Error).message.trim().split('\n')[0]!,
      remedy: 'install this optional dependency',
    });
  }
}

const signatures: readonly { readonly at: number; readonly bytes: string }[][] = [
  [{ at: 0, bytes: '\x89PNG\r\n\x1a\n' }],
  [{ at: 0, bytes: '\xff\xd8\xff' }],
  [
    { at: 0, bytes: 'RIFF' },
    { at: 8, bytes: 'WEBP' },
  ],
];

/** The bytes of a file that begins like one of the three formats: nothing else reaches the library's other readers. */
function bytesOf(path: string, mostPixels: number): Uint8Array {
  const most = mostBytesOf(mostPixels);
  const bytes = readWhole(path, most);
  const has = ({ at, bytes: wanted }: { at: number; bytes: string }) =>
    bytes.toString('latin1', at, at + wanted.length) === wanted;
  if (signatures.some((parts) => parts.every(has))) return bytes;
  throw new ExpectationError({
    where: path,
    expected: 'a PNG, JPEG or WebP picture',
    received: bytes.length === 0 ? 'an empty file' : 'something else',
  });
}

function readWhole(path: string, most: number): Buffer {
  let size = 0;
  try {
    size = statSync(path).size;
    if (size <= most) return readFileSync(path);
  } catch (error) {
    throw new ExpectationError({ where: path, expected: 'a readable file', received: (error as Error).message });
  }
  throw new ExpectationError({
    where: path,
    expected: `a file of at most ${most} bytes`,
    received: String(size),
    remedy: 'raise `mostPixels`',
  });
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ExpectationError) throw error;
    const received = (error as Error).message.trim().split('\n')[0]!;
    throw new ExpectationError({ where: path, expected: 'an undamaged picture', received });
  }
}

function checkPixels(where: string, { width, height }: Metadata, most: number): void {
  if (width > 0 && height > 0 && width * height <= most) return;
  throw new ExpectationError({
    where,
    expected: `a picture of 1 to ${most} pixels`,
    received: `${height} x ${width}`,
    remedy: 'raise `mostPixels` if the picture is as large as that',
  });
}

const headerOf = (metadata: Metadata): PictureHeader => ({
  height: metadata.autoOrient.height,
  width: metadata.autoOrient.width,
  isGrey: metadata.space === 'b-w' || metadata.space === 'grey16',
  hasAlpha: metadata.hasAlpha,
  hasWords: metadata.depth === 'ushort',
  isCmyk: metadata.space === 'cmyk',
  isTurned: (metadata.orientation ?? 1) > 1,
  hasProfile: metadata.hasProfile,
  frames: metadata.pages ?? 1,
});

/** Grey pictures without alpha as one channel, others as three or four. */
async function levelsOf(picture: Sharp, { isGrey, hasAlpha, hasWords, isCmyk }: PictureHeader): Promise<Levels> {
  const grey = isGrey && !hasAlpha;
  if (isCmyk) return ofCmyk(await raw(picture.pipelineColourspace('cmyk').toColourspace('cmyk')));
  if (hasWords) {
    const space = grey ? 'grey16' : 'rgb16';
    return ofWords(await raw(picture.toColourspace(space), 'ushort'));
  }
  return raw(picture.toColourspace(grey ? 'b-w' : 'srgb'));
}

async function raw(picture: Sharp, depth: 'uchar' | 'ushort' = 'uchar'): Promise<Levels> {
  const { data, info } = await picture.raw({ depth }).toBuffer({ resolveWithObject: true });
  return { data, height: info.height, width: info.width, channels: info.channels };
}
