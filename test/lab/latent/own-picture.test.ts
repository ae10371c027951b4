// Own pictures in the form of the data, against cases made by hand.
import { mnist } from '@flowvae/datasets';
import { describe, expect, it } from 'vitest';
import { centreOfMass, type Ink, normalisedDigit, resized } from '../../../packages/lab/src/page/latent/math/digit.ts';
import { inForm, isDigits, pictureSize } from '../../../packages/lab/src/page/latent/math/own-picture.ts';

/** A rectangle of ink on paper. */
function rectangle(size: number, [left, top, width, height]: readonly [number, number, number, number]): Ink {
  const values = Float32Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    return Number(x >= left && x < left + width && y >= top && y < top + height);
  });
  return { values, width: size, height: size };
}

/** The rows and columns of a digit that have ink: first and last of each. */
function box(digit: Uint8Array): { rows: readonly number[]; columns: readonly number[] } {
  const at = [...digit.keys()].filter((i) => digit[i]! > 0);
  const [rows, columns] = [at.map((i) => Math.floor(i / 28)), at.map((i) => i % 28)];
  return { rows: [Math.min(...rows), Math.max(...rows)], columns: [Math.min(...columns), Math.max(...columns)] };
}

describe('normalisedDigit', () => {
  it('makes a square in a corner fill the 20 x 20 box in the middle', () => {
    const digit = normalisedDigit(rectangle(280, [3, 200, 40, 40]));
    expect(box(digit)).toEqual({ rows: [4, 23], columns: [4, 23] });
    expect(digit.filter((value) => value === 255)).toHaveLength(400);
  });

  it('keeps the proportions of a bar: 20 high, 5 wide', () => {
    const digit = normalisedDigit(rectangle(280, [100, 10, 50, 200]));
    expect(box(digit)).toEqual({ rows: [4, 23], columns: [12, 16] }); // the middle, 14.5
    expect(digit.filter((value) => value === 255)).toHaveLength(100);
  });

  it('makes a small drawing larger', () => {
    expect(box(normalisedDigit(rectangle(28, [20, 20, 2, 4])))).toEqual({ rows: [4, 23], columns: [9, 18] });
  });

  it('puts the centre of mass, not the box, in the middle', () => {
    // an L of 20 x 20: the stem 4 wide, the foot 4 high; by hand x = (80·2 + 64·12)/144 = 6.44
    const ink = rectangle(20, [0, 0, 4, 20]);
    const foot = rectangle(20, [0, 16, 20, 4]);
    const both = { ...ink, values: ink.values.map((value, i) => Math.max(value, foot.values[i]!)) };
    expect(centreOfMass(both)[0]).toBeCloseTo((80 * 2 + 64 * 12) / 144, 5);
    expect(centreOfMass(both)[1]).toBeCloseTo((80 * 10 + 64 * 18) / 144, 5);
    const digit = normalisedDigit(both);
    // moved by ⌈14 − 6.44⌉ = 8 to the right and ⌈14 − 13.56⌉ = 1 down
    expect(box(digit)).toEqual({ rows: [1, 20], columns: [8, 27] });
  });

  it('of nothing is empty', () => {
    expect(normalisedDigit(rectangle(50, [0, 0, 0, 0])).every((value) => value === 0)).toBe(true);
  });

  it('leaves digits of MNIST in their places, and but for rounding as they are', () => {
    const { images } = mnist().test;
    for (let i = 0; i < 50; i++) {
      const bytes = images.slice(i * 784, (i + 1) * 784);
      const again = normalisedDigit({
        values: Float32Array.from(bytes, (value) => value / 255),
        width: 28,
        height: 28,
      });
      const apart = again.reduce((sum, value, at) => sum + Math.abs(value - bytes[at]!), 0) / 784 / 255;
      expect(apart).toBeLessThan(0.02); // moved by a pixel it is above 0.05
    }
  });
});

describe('resized', () => {
  it('takes means over areas: 3 pixels to 2', () => {
    const { values } = resized({ values: Float32Array.of(0, 1, 0.5), width: 3, height: 1 }, 2, 1);
    expect(values[0]).toBeCloseTo(1 / 3, 6); // (1·0 + ½·1)/1½
    expect(values[1]).toBeCloseTo(2 / 3, 6); // (½·1 + 1·½)/1½
  });

  it('works on both sides by themselves, and keeps the mean', () => {
    const values = Float32Array.from({ length: 35 }, (_, i) => (i * 7) % 11);
    const { values: small, width, height } = resized({ values, width: 5, height: 7 }, 3, 2);
    const mean = (all: Float32Array) => all.reduce((a, b) => a + b, 0) / all.length;
    expect([small.length, width, height]).toEqual([6, 3, 2]);
    expect(mean(small)).toBeCloseTo(mean(values), 5);
    const { values: large } = resized({ values: Float32Array.of(1, 2, 3, 4), width: 2, height: 2 }, 4, 2);
    expect([...large]).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  });
});

describe('inForm', () => {
  const grey = (shades: readonly number[], width: number) => ({
    values: Float32Array.from(shades.flatMap((shade) => [shade, shade, shade])),
    width,
    height: shades.length / width,
  });

  it('takes dark ink on bright paper for bright ink on black', () => {
    const size = 40;
    const { values } = rectangle(size, [10, 10, 16, 16]);
    const form = { shape: [28, 28, 1], isBinary: true, isDigit: true };
    const dark = inForm(
      grey(
        [...values].map((value) => 0.9 - 0.8 * value),
        size,
      ),
      form,
    );
    const bright = inForm(grey([...values], size), form);
    expect([...dark]).toEqual([...bright]);
    expect(bright.filter((value) => value === 255)).toHaveLength(400);
  });

  it('scales to other sizes, in black and white if the data are', () => {
    const picture = grey([0, 0.4, 0.6, 1], 2);
    expect([...inForm(picture, { shape: [2, 2, 1], isBinary: false, isDigit: false })]).toEqual([0, 102, 153, 255]);
    expect([...inForm(picture, { shape: [2, 2, 1], isBinary: true, isDigit: false })]).toEqual([0, 0, 255, 255]);
  });

  it('keeps colours where the data have them, and takes their luminance where not', () => {
    const picture = { values: Float32Array.of(1, 0, 0, 0, 0, 1), width: 2, height: 1 };
    expect([...inForm(picture, { shape: [1, 2, 3], isBinary: false, isDigit: false })]).toEqual([255, 0, 0, 0, 0, 255]);
    expect([...inForm(picture, { shape: [1, 2, 1], isBinary: false, isDigit: false })]).toEqual([76, 29]);
  });
});

describe('isDigits', () => {
  it('goes by the name of the data beside the size', () => {
    const names = ['mnist', 'MNIST, binary', 'fashion', 'Fashion-MNIST', 'letters'];
    expect(names.map((name) => isDigits(name, [28, 28, 1]))).toEqual([true, true, false, false, false]);
    expect(isDigits('mnist', [14, 14, 1])).toBe(false);
  });

  it('decides on normalisation: other pictures of 28 x 28 keep their places and shades', () => {
    const { values } = rectangle(28, [3, 2, 5, 5]);
    const halved = Float32Array.from({ length: 3 * 784 }, (_, i) => 0.5 * values[Math.floor(i / 3)]!);
    const colours = { values: halved, width: 28, height: 28 };
    const kept = inForm(colours, { shape: [28, 28, 1], isBinary: false, isDigit: false });
    expect([...kept]).toEqual([...values].map((value) => (value > 0 ? 128 : 0)));
  });
});

describe('pictureSize', () => {
  it('takes a row of numbers for a picture of one line', () => {
    expect(pictureSize([12])).toEqual([1, 12, 1]);
    expect(pictureSize([4, 3, 3])).toEqual([4, 3, 3]);
  });
});
