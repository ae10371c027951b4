// The data of the room: digits that lie beside the page, or pictures of the visitor's own.
import { dataFiles, type LabData } from '../../lab-data.ts';
import type { TrainPictures } from '../../worker/training-messages.ts';
import { readBeside, readCompressed } from '../parts/beside.ts';

/** Pictures and their name. */
export interface NamedPictures {
  readonly name: string;
  /** Whether they are the digits that the page brings. */
  readonly isDigits: boolean;
  readonly pictures: TrainPictures;
}

/** The digits beside the page. @throws Error if a file is missing */
export async function digits(): Promise<NamedPictures> {
  const description = JSON.parse(new TextDecoder().decode(await readBeside(dataFiles.description))) as LabData;
  const [images, labels] = [await readCompressed(dataFiles.images), await readCompressed(dataFiles.labels)];
  return {
    name: description.name,
    isDigits: true,
    pictures: { images, labels, height: description.height, width: description.width },
  };
}

/** Side of the visitor's pictures after scaling, pixels. */
const SIDE = 28;

/**
 * Picture files as grey pictures of 28 x 28: each is scaled to fit, in the middle, on black.
 *
 * @throws Error that names the first file that is no picture
 */
export async function ownPictures(files: readonly File[]): Promise<NamedPictures> {
  const images = new Uint8Array(files.length * SIDE * SIDE);
  for (const [i, file] of files.entries()) images.set(await greyOf(file), i * SIDE * SIDE);
  const name = `${files.length} picture${files.length === 1 ? '' : 's'} of your own, 28 x 28, grey`;
  return { name, isDigits: false, pictures: { images, labels: undefined, height: SIDE, width: SIDE } };
}

async function greyOf(file: File): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name}: expected a picture that this browser reads`);
  });
  const context = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true })!;
  const scale = Math.min(SIDE / bitmap.width, SIDE / bitmap.height);
  const [w, h] = [bitmap.width * scale, bitmap.height * scale];
  context.drawImage(bitmap, (SIDE - w) / 2, (SIDE - h) / 2, w, h);
  bitmap.close();
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  // luma of ITU-R BT.601; the part without a picture stays black
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [r, g, b] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!];
    return Math.round(0.299 * r + 0.587 * g + 0.114 * b);
  });
}
