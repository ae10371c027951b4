// Small parts of the room: words for numbers, marks of classes, places on a canvas, and files of a run.
import { describe, expect, it } from 'vitest';
import { type LabRun, runFiles } from '../../../packages/lab/src/lab-run.ts';
import { mapInWords } from '../../../packages/lab/src/page/latent/math/map-words.ts';
import {
  decimal,
  gapInWords,
  judged,
  meanInWords,
  priorInWords,
  subscript,
} from '../../../packages/lab/src/page/latent/math/words.ts';
import { presentOf } from '../../../packages/lab/src/page/latent/view/hooks.ts';
import { marksOf } from '../../../packages/lab/src/page/latent/view/marks.ts';
import { placing, rangeOf, stepOf } from '../../../packages/lab/src/page/latent/view/scatter.ts';
import { readChosenFiles } from '../../../packages/lab/src/page/run/chosen-files.ts';
import { isBinary, pictureAt, readRunData } from '../../../packages/lab/src/page/run/run-data.ts';

describe('judged', () => {
  it('trusts small k̂, warns above the threshold, and refuses from 1 on', () => {
    const all = [0.2, 0.6, 0.8, 1.2, Number.NaN].map((k) => judged(k, 0.667));
    expect(all.map(({ isTrusted }) => isTrusted)).toEqual([true, true, false, false, false]);
    expect(new Set(all.map(({ words }) => words)).size).toBe(5);
    expect(judged(Number.POSITIVE_INFINITY, 0.667).isTrusted).toBe(false);
    expect(judged(0.45, 0.4).isTrusted).toBe(false); // few samples have a low threshold
  });
});

describe('numbers in words', () => {
  it('have a real minus sign, and names where they are not finite', () => {
    expect([decimal(-1.005, 1), decimal(Number.NaN, 2), decimal(Number.NEGATIVE_INFINITY, 2)]).toEqual([
      '−1.0',
      'unknown',
      '−∞',
    ]);
    expect(subscript(120)).toBe('₁₂₀');
    expect(gapInWords(0.1, true)).toContain('nearly the true posterior');
    expect(gapInWords(9, true)).toContain('differs clearly');
    expect([meanInWords(undefined), meanInWords(16)]).toEqual(['the mean of q(z|x)', 'the mean of 16 draws of q(z|x)']);
  });

  it('praise no posterior where the weights are not trusted', () => {
    expect(gapInWords(0.1, false)).toBe('The gap is at least 0.10 nats, as far as these draws tell.');
  });
});

describe('the map in words', () => {
  const facts = { latent: 8, count: 5, kind: 'mean', shares: [0.6, 0.25], meanDraws: 16 } as const;

  it('gives shares of the variance to means alone, and says where an empty place lies', () => {
    const means = mapInWords(facts);
    expect(means).toContain('a mark is the mean of 16 draws of q(z|x)');
    expect(means).toContain('60 % and 25 % of the variance of the means');
    expect(means).toContain('the plane through the mean code');
    const draws = mapInWords({ ...facts, kind: 'draw' });
    expect(draws).toContain('a mark is one draw');
    expect(draws).not.toContain('%');
  });

  it('names the axes of two dimensions', () => {
    const plain = mapInWords({ ...facts, latent: 2, shares: undefined, meanDraws: undefined });
    expect(plain).toContain('a mark is the mean of q(z|x); z₁ to the right, z₂ up.');
    expect(plain).not.toContain('plane');
  });

  it('says of N(0, I) alone that a low temperature makes pictures alike', () => {
    expect([priorInWords(true), priorInWords(false)].map((words) => words.includes('alike'))).toEqual([true, false]);
  });
});

describe('presentOf', () => {
  it('gives a result with its own subject alone, and the progress and error of any', () => {
    const [first, second] = [{}, {}];
    const pending = { result: { subject: first, value: 7 }, progress: 0.5, error: 'no' };
    expect(presentOf(pending, first)).toEqual({ result: 7, progress: 0.5, error: 'no' });
    expect(presentOf(pending, second)).toEqual({ result: undefined, progress: 0.5, error: 'no' });
  });
});

describe('marksOf', () => {
  it('takes first letters where they differ, else letters in order, each with a colour', () => {
    expect(marksOf(['0', '1', '2']).map(({ letter }) => letter)).toEqual(['0', '1', '2']);
    expect(marksOf(['Shirt', 'Sneaker', 'Bag']).map(({ letter }) => letter)).toEqual(['A', 'B', 'C']);
    const many = marksOf(Array.from({ length: 60 }, (_, i) => `class ${i}`));
    expect(new Set(many.map(({ letter }) => letter)).size).toBe(60);
    expect(new Set(many.map(({ colour }) => colour)).size).toBe(6);
  });
});

describe('places on a canvas', () => {
  it('hold all points in a square, upside up, and are found back', () => {
    const range = rangeOf(Float32Array.of(0, 0, 4, 1), Float32Array.of(2, -1));
    expect(range.x[1] - range.x[0]).toBeCloseTo(range.y[1] - range.y[0], 10);
    expect(range.x[0]).toBeLessThan(0);
    expect(range.x[1]).toBeGreaterThan(4);
    const { toPixels, fromPixels } = placing(range, 200);
    expect(toPixels([0, 1])[1]).toBeLessThan(toPixels([0, -1])[1]);
    const [x, y] = fromPixels(toPixels([1.5, 0.25]));
    expect([x, y]).toEqual([expect.closeTo(1.5, 10), expect.closeTo(0.25, 10)]);
    expect(rangeOf(new Float32Array(0)).x[0]).toBeLessThan(0);
  });

  it.each([
    [10.5, 2],
    [1, 0.2],
    [3, 1],
    [0.07, 0.02],
    [180, 50],
  ])('have lines at round steps: a width of %d has steps of %d', (width, step) => {
    expect(stepOf(width)).toBeCloseTo(step, 10);
  });
});

describe('the files of a run', () => {
  const run: LabRun = {
    name: 'r',
    settings: {},
    model: {
      ...{ pixels: 4, shape: [2, 2, 1], latent: 2, hidden: [3], activation: 'relu' },
      ...{ amortize: 'flow', heads: 'scaled' },
    },
    steps: 1,
    results: {},
    data: { name: 'd', count: 2, classes: ['a', 'b'] },
  };
  const bytes: Readonly<Record<string, number[]>> = {
    [runFiles.parameters]: [1],
    [runFiles.images]: [0, 255, 0, 255, 255, 0, 0, 0],
    [runFiles.labels]: [1, 0],
  };
  const read = async (path: string) => Uint8Array.from(bytes[path]!);
  const chosen = (path: string, content: number[] = bytes[path]!) => ({
    name: path.split('/').at(-1)!,
    arrayBuffer: async () => Uint8Array.from(content).buffer,
  });
  const described = (of: unknown) => chosen(runFiles.description, [...new TextEncoder().encode(JSON.stringify(of))]);

  it('are read with their pictures', async () => {
    const data = await readRunData(run, read);
    expect([...pictureAt(data, 1)]).toEqual([255, 0, 0, 0]);
    expect([...data.labels!]).toEqual([1, 0]);
    expect(isBinary(data)).toBe(true);
    expect(isBinary({ images: Uint8Array.of(0, 3) })).toBe(false);
    const { classes: _, ...unlabelled } = run.data;
    expect((await readRunData({ ...run, data: unlabelled }, read)).labels).toBeUndefined();
  });

  it('are refused where their lengths do not fit', async () => {
    const more = { ...run, data: { ...run.data, count: 3 } };
    await expect(readRunData(more, read)).rejects.toThrow(
      'run/images.bin: expected 12 bytes, 3 pictures of 4 values, got 8',
    );
    const other = { ...run, model: { ...run.model, shape: [3, 2, 1] } };
    await expect(readRunData(other, read)).rejects.toThrow('expected a shape of 4 values, got 3 x 2 x 1');
  });

  it('may be chosen by hand, by their names', async () => {
    const arrays = Object.keys(bytes).map((path) => chosen(path));
    expect((await readChosenFiles([...arrays, described(run)])).run).toEqual(run);
    await expect(readChosenFiles(arrays)).rejects.toThrow('run.json: expected this file among the chosen ones');
    await expect(readChosenFiles([described({ a: 1 })])).rejects.toThrow('got other JSON');
    await expect(readChosenFiles([chosen(runFiles.description, [1])])).rejects.toThrow('got no JSON');
  });
});
