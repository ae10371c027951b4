// Images as flat arrays of values, checked and cut into single images.
import { ExpectationError } from '@flowvae/tensor';

/** The form of images: size, values a pixel, and the values of the darkest and the brightest pixel. */
export interface ImageForm {
  /** Pixels of one image. */
  readonly height: number;
  readonly width: number;
  /** Values of a pixel: 1 (grey, default) or 3 (red, green, blue; the channel comes last). */
  readonly channels?: 1 | 3;
  /** The values of a dark and of a bright pixel; default [0, 1]. Values outside are drawn as the nearer of the two. */
  readonly range?: readonly [least: number, most: number];
}

/** Which values were observed: 1, or 0 for a missing one; one number for each value, or one for each pixel. */
export type ImageMask = Uint8Array | Float32Array;

/** One image, and which of its pixels are missing. */
export interface Image {
  /** [height, width, channels]. */
  readonly values: Float32Array;
  /** [height, width], 1 where a pixel is missing; undefined where all are there. */
  readonly missing?: Uint8Array;
}

/** Images of one form: n · height · width · channels values, image after image, each row by row. */
interface Images extends ImageForm {
  readonly values: Float32Array;
  readonly mask?: ImageMask | undefined;
}

/**
 * Cuts images apart, without copying their values.
 *
 * @throws ExpectationError if the values do not fill whole images, an observed one is not finite, or the mask has
 * another length or other numbers than 0 and 1
 */
export function splitImages(caller: string, option: string, images: Images): Image[] {
  checkForm(caller, images);
  const where = `${caller}: ${option}`;
  const { values, height, width, channels = 1, mask } = images;
  const pixels = height * width;
  const size = pixels * channels;
  if (values.length === 0 || values.length % size !== 0) {
    const colours = channels === 1 ? '' : ` × ${channels}`;
    const expected = `one or more images of ${height} × ${width}${colours} = ${size} values`;
    refuse(where, expected, `${values.length} values`);
  }
  const missing = mask && missingPixels(`${caller}: mask`, mask, { values: values.length, channels });
  const bad = values.findIndex((value, i) => !Number.isFinite(value) && missing?.[Math.floor(i / channels)] !== 1);
  if (bad >= 0) refuse(`${where}[${bad}]`, 'a finite number', `${values[bad]}`, 'mark missing values by 0 in mask');
  return Array.from({ length: values.length / size }, (_, i) => ({
    values: values.subarray(i * size, (i + 1) * size),
    ...(missing ? { missing: missing.subarray(i * pixels, (i + 1) * pixels) } : {}),
  }));
}

function checkForm(caller: string, { height, width, channels = 1, range = [0, 1] }: ImageForm): void {
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)) {
    refuse(`${caller}: images`, 'a height and a width from 1', `${height} × ${width}`);
  }
  if (![1, 3].includes(channels)) {
    const remedy = 'draw each of other channels as a grey image of its own';
    refuse(`${caller}: channels`, '1 (grey) or 3 (red, green, blue)', `${channels}`, remedy);
  }
  const [least, most] = range;
  if (!(Number.isFinite(least) && Number.isFinite(most) && least < most)) {
    refuse(`${caller}: range`, 'two finite numbers, the smaller one first', `[${least}, ${most}]`);
  }
}

/** A pixel is missing if one of its channels is. */
function missingPixels(
  where: string,
  mask: ImageMask,
  { values, channels }: { readonly values: number; readonly channels: number },
): Uint8Array {
  const pixels = values / channels;
  if (mask.length !== values && mask.length !== pixels) {
    const expected = channels === 1 ? `${values} numbers` : `${values} numbers, or ${pixels} for whole pixels`;
    refuse(where, expected, `${mask.length}`);
  }
  const bad = mask.findIndex((value) => value !== 0 && value !== 1);
  if (bad >= 0) refuse(`${where}[${bad}]`, '0 (missing) or 1 (observed)', `${mask[bad]}`);
  const each = mask.length / pixels;
  return Uint8Array.from({ length: pixels }, (_, p) => Number(mask.subarray(p * each, (p + 1) * each).includes(0)));
}

function refuse(where: string, expected: string, received: string, remedy?: string): never {
  throw new ExpectationError({ where, expected, received, ...(remedy ? { remedy } : {}) });
}
