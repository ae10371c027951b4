// Images as flat arrays of values from 0 to 1, checked and cut into single images.
import { ExpectationError } from '@flowvae/tensor';

/** Images of one size, one after the other, row by row: n · height · width values from 0 (off) to 1 (on). */
export interface Images {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/**
 * Cuts images apart, without copying.
 *
 * @throws ExpectationError if the values do not fill whole images, or one is not a number from 0 to 1
 */
export function splitImages(where: string, { values, height, width }: Images): Float32Array[] {
  const size = height * width;
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)) {
    throw new ExpectationError({ where, expected: 'a height and a width from 1', received: `${height} × ${width}` });
  }
  if (values.length === 0 || values.length % size !== 0) {
    const expected = `one or more images of ${height} × ${width} = ${size} values`;
    throw new ExpectationError({ where, expected, received: `${values.length} values` });
  }
  const bad = values.findIndex((value) => !(value >= 0 && value <= 1)); // true of NaN as well
  if (bad >= 0) {
    const remedy = 'scale the images to that range first';
    throw new ExpectationError({
      where: `${where}[${bad}]`,
      expected: 'a number from 0 to 1',
      received: `${values[bad]}`,
      remedy,
    });
  }
  return Array.from({ length: values.length / size }, (_, i) => values.subarray(i * size, (i + 1) * size));
}
