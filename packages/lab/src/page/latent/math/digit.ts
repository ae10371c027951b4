// Own pictures in the form of a run's data; a drawn digit as MNIST has them.

/** Ink on paper, [height, width] row-major: 0 is paper, 1 is ink. */
export interface Ink {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** MNIST's field, the box that a digit fills, and the pixel that its centre of mass lies in: from 14 to 15. */
const [FIELD, BOX, CENTRE] = [28, 20, 14];

/** Fainter ink is paper, where the ends of a drawing are looked for. */
const FAINT = 0.05;

/**
 * A drawing as MNIST's digits: scaled, its proportions kept, until its longer side is 20 pixels; then moved by whole
 * pixels until its centre of mass is in the middle pixel (14, 14) of 28 x 28, as it is in each of MNIST's own digits.
 *
 * @returns bytes, all 0 for an empty drawing
 * @see LeCun, Cortes & Burges, the MNIST database, yann.lecun.com/exdb/mnist
 */
export function normalisedDigit(drawing: Ink): Uint8Array<ArrayBuffer> {
  const field = new Float32Array(FIELD * FIELD);
  const ink = cropped(drawing);
  if (!ink) return bytesOf(field);
  const scale = BOX / Math.max(ink.width, ink.height);
  const size = (length: number) => Math.max(1, Math.round(length * scale));
  const digit = resized(ink, size(ink.width), size(ink.height));
  const [x, y] = centreOfMass(digit);
  const [left, top] = [Math.ceil(CENTRE - x), Math.ceil(CENTRE - y)];
  for (const [i, value] of digit.values.entries()) {
    const [row, column] = [top + Math.floor(i / digit.width), left + (i % digit.width)];
    if (row >= 0 && row < FIELD && column >= 0 && column < FIELD) field[row * FIELD + column] = value;
  }
  return bytesOf(field);
}

/** A picture of the given size; its proportions are not kept. */
export function resized({ values, width, height }: Ink, toWidth: number, toHeight: number): Ink {
  const wide = areaMeans(values, { lines: height, from: width, to: toWidth });
  const turned = transposed(wide, toWidth);
  const both = areaMeans(turned, { lines: toWidth, from: height, to: toHeight });
  return { values: transposed(both, toHeight), width: toWidth, height: toHeight };
}

/** The part of a drawing that has ink; undefined without any. */
function cropped({ values, width, height }: Ink): Ink | undefined {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (const [i, value] of values.entries()) {
    if (value <= FAINT) continue;
    const [row, column] = [Math.floor(i / width), i % width];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
  }
  if (right < 0) return undefined;
  const [w, h] = [right - left + 1, bottom - top + 1];
  const part = Float32Array.from(
    { length: w * h },
    (_, i) => values[(top + Math.floor(i / w)) * width + left + (i % w)]!,
  );
  return { values: part, width: w, height: h };
}

/** The point (x, y) that balances the ink; the middle of the first pixel is (½, ½). */
export function centreOfMass({ values, width }: Ink): readonly [x: number, y: number] {
  let [mass, x, y] = [0, 0, 0];
  for (const [i, value] of values.entries()) {
    mass += value;
    x += value * ((i % width) + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  }
  return [x / mass, y / mass];
}

/** Each line of `from` values as `to` means over equal parts of the line. */
function areaMeans(
  values: Float32Array,
  { lines, from, to }: { readonly lines: number; readonly from: number; readonly to: number },
): Float32Array {
  const out = new Float32Array(lines * to);
  const step = from / to;
  for (let at = 0; at < to; at++) {
    const [start, end] = [at * step, (at + 1) * step];
    for (let k = Math.floor(start); k < Math.min(from, Math.ceil(end)); k++) {
      const share = (Math.min(end, k + 1) - Math.max(start, k)) / step;
      for (let line = 0; line < lines; line++) out[line * to + at]! += share * values[line * from + k]!;
    }
  }
  return out;
}

/** Lines of `width` values as columns. */
function transposed(values: Float32Array, width: number): Float32Array {
  const height = values.length / width;
  return Float32Array.from(values, (_, i) => values[(i % height) * width + Math.floor(i / height)]!);
}

const bytesOf = (values: Float32Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
