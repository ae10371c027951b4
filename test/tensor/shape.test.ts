// Shape checks and the one voice of errors, word by word: programs and people read these texts.
import { checkParam, checkShape, ExpectationError, ShapeError } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

const shaped = (...shape: number[]) => ({ shape });

/** The error that a check throws, as it is printed. */
function said(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}

describe('checkShape', () => {
  it('returns the sizes that the free axes took', () => {
    expect(checkShape('f: z', shaped(100, 40), ['batch', 40])).toEqual({ batch: 100 });
    expect(checkShape('f: w', shaped(100, 8), ['batch', 'layers'])).toEqual({ batch: 100, layers: 8 });
    expect(checkShape('f: s', shaped(), [])).toEqual({});
  });

  it.each<[number[], (number | string)[], string]>([
    [[100, 39], ['batch', 40], '[batch, 40], got [100, 39]'],
    [[100, 40, 1], ['batch', 40], '[batch, 40], got [100, 40, 1]'],
    [[100], ['batch', 40], '[batch, 40], got [100]'],
    [[], ['batch'], '[batch], got []'],
    [[7, 40], [100, 40], '[100, 40], got [7, 40]'],
    [[3, 4], ['dim', 'dim'], '[dim, dim], got [3, 4]'],
    [[0, 40], [1, 40], '[1, 40], got [0, 40]'],
  ])('refuses %j where %j is expected', (shape, expected, words) => {
    const message = said(() => checkShape('planar.forward: z', { shape }, expected));
    expect(message).toBe(`ShapeError: planar.forward: z: expected ${words}`);
  });

  it('binds a free axis once within one shape', () => {
    expect(checkShape('f: cov', shaped(5, 3, 3), ['batch', 'dim', 'dim'])).toEqual({ batch: 5, dim: 3 });
  });
});

describe('checkParam', () => {
  it.each([[[1, 8, 40]], [[100, 8, 40]]])('accepts %j: shared by the batch, or one for each of 100', (shape) => {
    expect(said(() => checkParam('planar: w', { shape }, { shape: [8, 40], batch: 100 }))).toBe('nothing');
  });

  it.each<[number[], number[], number, string]>([
    [[99, 8, 40], [8, 40], 100, '[100 or 1, 8, 40], got [99, 8, 40]'],
    [[100, 8, 41], [8, 40], 100, '[100 or 1, 8, 40], got [100, 8, 41]'],
    [[8, 40], [8, 40], 100, '[100 or 1, 8, 40], got [8, 40]'],
    [[1, 8], [8, 40], 100, '[100 or 1, 8, 40], got [1, 8]'],
    [[5], [], 100, '[100 or 1], got [5]'],
    [[], [], 100, '[100 or 1], got []'],
    [[2, 8], [8], 1, '[1, 8], got [2, 8]'],
  ])('refuses %j for a parameter of shape %j and a batch of %d', (shape, own, batch, words) => {
    expect(said(() => checkParam('planar: w', { shape }, { shape: own, batch }))).toBe(
      `ShapeError: planar: w: expected ${words}`,
    );
  });
});

describe('ExpectationError', () => {
  it('gives place, expectation, received value and remedy, and keeps them as parts', () => {
    const parts = { where: 'config: seed', expected: 'a whole number', received: '"x"', remedy: 'leave it out' };
    const error = new ExpectationError(parts);
    expect(String(error)).toBe('ExpectationError: config: seed: expected a whole number, got "x"; leave it out');
    expect(error).toMatchObject(parts);
  });

  it('ends after the received value if there is no remedy', () => {
    const error = new ExpectationError({ where: 'f: x', expected: '1', received: '2' });
    expect(String(error)).toBe('ExpectationError: f: x: expected 1, got 2');
    expect(error.remedy).toBe('');
  });

  it('covers shape errors', () => {
    const error = new ShapeError({ where: 'f: x', expected: '[1]', received: '[2]' });
    expect(error).toBeInstanceOf(ExpectationError);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('ShapeError');
  });
});
