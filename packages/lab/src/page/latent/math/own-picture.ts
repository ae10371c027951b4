// A visitor's picture as a row of a run's data.
import { type Ink, normalisedDigit, resized } from './digit.ts';

/** Colours of a picture, [height, width, 3] in [0, 1]. */
export interface Colours {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** The form of a run's pictures. */
export interface PictureForm {
  /** [height, width, channels], or [P]. */
  readonly shape: readonly number[];
  /** Whether pictures are black and white: a pixel is then white from 128 on. */
  readonly isBinary: boolean;
  /** Whether they are normalised as MNIST's digits are. */
  readonly isDigit: boolean;
}

/** Whether data are MNIST's digits, by their name and size: other data of this size are not normalised as these. */
export const isDigits = (name: string, shape: readonly number[]): boolean =>
  /mnist/i.test(name) && !/fashion/i.test(name) && shape.join() === '28,28,1';

/** Height, width and channels of a datum; a row of numbers is a picture of one line. */
export function pictureSize(shape: readonly number[]): readonly [height: number, width: number, channels: number] {
  const [height, width, channels] = shape;
  return width === undefined ? [1, height!, 1] : [height!, width, channels ?? 1];
}

/** Ink and colours in the form of the data: MNIST's digits normalised, other pictures scaled to their size. */
export function inForm(picture: Colours, { shape, isBinary, isDigit }: PictureForm): Uint8Array<ArrayBuffer> {
  const bytes = isDigit ? normalisedDigit(asInk(picture)) : scaledTo(picture, shape);
  return isBinary ? bytes.map((value) => (value < 128 ? 0 : 255)) : bytes;
}

function scaledTo(picture: Colours, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const [height, width, channels] = pictureSize(shape);
  const planes =
    channels === 3 ? [0, 1, 2].map((channel) => plane(picture, channel)) : Array(channels).fill(greyOf(picture));
  const scaled = planes.map((each: Ink) => resized(each, width, height).values);
  return Uint8Array.from({ length: height * width * channels }, (_, i) =>
    Math.round(255 * scaled[i % channels]![Math.floor(i / channels)]!),
  );
}

function plane({ values, width, height }: Colours, channel: number): Ink {
  return { values: Float32Array.from({ length: width * height }, (_, i) => values[3 * i + channel]!), width, height };
}

/** Luminance by ITU-R BT.601. */
function greyOf({ values, width, height }: Colours): Ink {
  const grey = (i: number) => 0.299 * values[3 * i]! + 0.587 * values[3 * i + 1]! + 0.114 * values[3 * i + 2]!;
  return { values: Float32Array.from({ length: width * height }, (_, i) => grey(i)), width, height };
}

/** Shades this near to the paper's are paper: photographs of paper are uneven. */
const PAPER = 0.2;

/** Bright ink on black paper, stretched to the whole range; a bright rim tells dark ink on bright paper. */
function asInk(picture: Colours): Ink {
  const grey = greyOf(picture);
  const isBright = rimOf(grey) > 0.5;
  const ink = isBright ? grey.values.map((value) => 1 - value) : grey.values;
  const least = ink.reduce((a, b) => Math.min(a, b));
  const most = ink.reduce((a, b) => Math.max(a, b));
  const span = most > least ? most - least : 1;
  return { ...grey, values: ink.map((value) => ((value - least) / span < PAPER ? 0 : (value - least) / span)) };
}

/** The mean shade of a picture's rim. */
function rimOf({ values, width, height }: Ink): number {
  const isRim = (i: number) => i % width === 0 || i % width === width - 1 || i < width || i >= width * (height - 1);
  const rim = values.filter((_, i) => isRim(i));
  return rim.reduce((sum, value) => sum + value, 0) / rim.length;
}
