// Questions about a decoded picture: where a colour stands, and where two pictures differ.
import type { Picture } from './png.ts';

/** One pixel's place. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A rectangle of pixels; the lower ends belong to it, the upper ends do not. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** `#RRGGBB` as pixels hold it. */
export const color = (hex: string): number => Number.parseInt(hex.slice(1), 16);

/** The colour of a grey, from 0 to 255. */
export const grey = (level: number): number => level * 0x010101;

/** The colour of one pixel. */
export function colorAt({ width, height, colors }: Picture, { x, y }: Place): number {
  if (x < 0 || y < 0 || x >= width || y >= height) throw new Error(`no pixel at ${x}, ${y}`);
  return colors[y * width + x]!;
}

/** The places of exactly one colour; of the whole picture where no part is given. */
export function placesOf(picture: Picture, wanted: number, part: Partial<Box> = {}): Place[] {
  const { left = 0, right = picture.width, top = 0, bottom = picture.height } = part;
  const places: Place[] = [];
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(picture.height, bottom); y++) {
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(picture.width, right); x++) {
      if (picture.colors[y * picture.width + x] === wanted) places.push({ x, y });
    }
  }
  return places;
}

/** The smallest box around all pixels in which two pictures of one size differ; undefined where they are equal. */
export function differenceBox(a: Picture, b: Picture): Box | undefined {
  const places: Place[] = [];
  a.colors.forEach((value, i) => {
    if (value !== b.colors[i]) places.push({ x: i % a.width, y: Math.floor(i / a.width) });
  });
  return places.length === 0 ? undefined : boxOf(places);
}

export function boxOf(places: readonly Place[]): Box {
  const [left, right] = ends(places.map(({ x }) => x));
  const [top, bottom] = ends(places.map(({ y }) => y));
  return { left, right: right + 1, top, bottom: bottom + 1 };
}

const ends = (values: readonly number[]) =>
  [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))] as const;

export const centre = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
