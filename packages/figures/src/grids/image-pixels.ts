// The pixels of an image in a file: values as greys or colours, enlarged, with a hatched blue where one is missing.
import type { Image, ImageForm } from './image-values.ts';

/** An image's form, and how it is drawn. */
export interface PixelStyle extends ImageForm {
  /** Pixels of the file for one of the image. */
  readonly scale: number;
  /** Whether the least value is bright. */
  readonly inverted: boolean;
}

/** Red, green and blue of missing pixels, and of the lines across them: no grey, and calmer than photographs. */
const missingColor = [0x6a, 0x8f, 0xc4] as const;
const hatchColor = [0x9d, 0xb7, 0xdd] as const;

/** Pixels of the file from one line of the hatching to the next. */
const HATCH = 6;

/** The colour of a missing pixel at a place of the file. */
const missingColorAt = (x: number, y: number) => ((x + y) % HATCH === 0 ? hatchColor : missingColor);

/** RGBA bytes of one image, each pixel a square of `scale` pixels: enlarging must not blur the model's image. */
export function enlarged(
  { values, missing }: Image,
  { width, height, scale, ...style }: PixelStyle,
): Uint8ClampedArray {
  const [across, down] = [width * scale, height * scale];
  const { channels = 1 } = style;
  const levels = levelsOf(values, style);
  const pixels = new Uint8ClampedArray(4 * across * down).fill(255);
  for (let y = 0, at = 0; y < down; y++) {
    for (let x = 0; x < across; x++, at += 4) {
      const pixel = Math.floor(y / scale) * width + Math.floor(x / scale);
      if (missing?.[pixel] === 1) pixels.set(missingColorAt(x, y), at);
      else if (channels === 1) pixels.fill(levels[pixel]!, at, at + 3);
      else pixels.set(levels.subarray(3 * pixel, 3 * pixel + 3), at);
    }
  }
  return pixels;
}

/** Values as bytes: the range's ends are 0 and 255, and the values outside are clipped. */
function levelsOf(values: Float32Array, { range = [0, 1], inverted }: Omit<PixelStyle, 'width' | 'height' | 'scale'>) {
  const [least, most] = range;
  return Uint8ClampedArray.from(values, (value) => {
    const share = (value - least) / (most - least);
    return Math.round(255 * (inverted ? 1 - share : share));
  });
}
