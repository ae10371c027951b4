// `flowvae sample --out`: values as .npy, .safetensors and .csv, in the units and words of the data.
import { readFileSync } from 'node:fs';
import { drawBits, key } from '@flowvae/random';
import { asMlpVae, completeConfig, decodeSafetensors, openArrays, openData, openRun, tf, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvLine, shortest } from '../../packages/flowvae/src/files/csv-rows.ts';
import { npyHeader } from '../../packages/flowvae/src/files/npy-header.ts';
import { differences } from '../laws/comparison.ts';
import { tableWithHoles } from './holed-data.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

const { binarize, ...settings } = tinySettings;
const [table, images] = [freshPath(), freshPath()];
beforeAll(async () => {
  const short = { ...settings, steps: 30, evalSamples: 2 };
  await trainRun(completeConfig({ ...short, data: tableWithHoles(), labels: 'kind' }), { out: table });
  await trainRun(completeConfig({ ...short, data: tinyData(), binarize }), { out: images });
}, 60_000);

/** The file of a command that must succeed. */
async function sampled(run: string, ending: string, ...options: readonly string[]): Promise<string> {
  const out = `${freshPath()}${ending}`;
  const { code, stderr } = await flowvaeHere(['sample', run, '--out', out, '--count', '7', ...options]);
  expect([code, stderr]).toEqual([0, '']);
  return out;
}

async function npy(path: string) {
  const { arrays, close } = await openArrays(path);
  const [x] = Object.values(arrays);
  const values = new Float32Array(x!.shape.reduce((product, side) => product * side, 1));
  x!.read(0, x!.shape[0]!, values);
  close();
  return { shape: x!.shape, values: [...values] };
}

const tensorsIn = (path: string) => decodeSafetensors(readFileSync(path), path).tensors;

describe('samples of images', () => {
  it('are means of p(x|z) at the latents of the file, the same in .npy', async () => {
    const { x, z } = tensorsIn(await sampled(images, '.safetensors'));
    expect([x!.shape, z!.shape]).toEqual([
      [7, 6, 5, 1],
      [7, 2],
    ]);
    const model = asMlpVae((await openRun(images)).parts.model);
    const means = tf.tidy(() =>
      model
        .observe(tf.tensor2d(z!.values, [7, 2]))
        .mean()
        .dataSync(),
    );
    expect(differences('x', x!.values, means, 1e-6)).toEqual([]);
    expect(await npy(await sampled(images, '.npy'))).toEqual({ shape: [7, 6, 5, 1], values: [...x!.values] });
  });

  it('with --draws are bits that follow those means', async () => {
    const [means, draws] = [
      await sampled(images, '.npy', '--count', '400'),
      await sampled(images, '.npy', '--count', '400', '--draws'),
    ];
    const [p, bits] = [(await npy(means)).values, (await npy(draws)).values];
    expect(bits.every((bit) => bit === 0 || bit === 1)).toBe(true);
    const variance = p.reduce((sum, each) => sum + each * (1 - each), 0);
    const surplus = bits.reduce((sum, bit, i) => sum + bit - p[i]!, 0);
    expect(Math.abs(surplus) / Math.sqrt(variance)).toBeLessThan(4);
    const explained = bits.reduce((sum, bit, i) => sum + (bit - 0.5) * (p[i]! - 0.5), 0);
    expect(explained).toBeGreaterThan(0);
  });

  it('have the same bytes with two threads, and the same numbers to rounding without a graph', async () => {
    const [one, two, eager] = [
      await npy(await sampled(images, '.npy')),
      await npy(await sampled(images, '.npy', '--threads', '2')),
      await npy(await sampled(images, '.npy', '--engine', 'eager')),
    ];
    expect(two).toEqual(one);
    expect(differences('x', eager.values, one.values, 1e-6)).toEqual([]);
  });

  it('begin with the same images if fewer are wanted', async () => {
    const all = (await npy(await sampled(images, '.npy', '--draws'))).values;
    const few = (await npy(await sampled(images, '.npy', '--draws', '--count', '3'))).values;
    expect(few).toEqual(all.slice(0, few.length));
  });
});

describe('samples of a table', () => {
  it('are draws, in .csv with names and classes, the same numbers as in .npy', async () => {
    const path = await sampled(table, '.csv');
    const { shape, values } = await npy(await sampled(table, '.npy'));
    expect(shape).toEqual([7, 6]);
    const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(header).toBe('size (cm),weight,colour,spotted');
    const classes = ['blue', '"dark, ""red"""', 'green'];
    for (const [row, line] of lines.entries()) {
      const [size, weight, ...rest] = values.slice(6 * row, 6 * row + 6);
      const colour = classes[rest.indexOf(1)];
      expect(rest.slice(0, 3).toSorted()).toEqual([0, 0, 1]);
      expect(line).toBe(`${shortest(size!)},${shortest(weight!)},${colour},${rest[3]}`);
    }
    expect(lines).toHaveLength(7);
  });

  it('in .csv are data that the run takes', async () => {
    const { description } = (await openRun(table)).parts.set;
    const set = await openData(await sampled(table, '.csv'), { like: description });
    expect(set.x.shape).toEqual([7, 6]);
    set.close();
  });
});

describe('sample refuses in one line', () => {
  it.each([
    ['another ending', table, '.jpg', /--out: expected a name that ends in \.png, \.npy, \.safetensors or \.csv, got/],
    [
      'images as a table',
      images,
      '.csv',
      /--out: expected a name that ends in \.png, \.npy or \.safetensors for images, got/,
    ],
  ])('%s', async (_, run, ending, text) => {
    const { code, stderr } = await flowvaeHere(['sample', run, '--out', `${freshPath()}${ending}`]);
    expect(code).toBe(2);
    expect(stderr).toMatch(text);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  });
});

describe('shortest', () => {
  it('gives the same float32, by 400 bit patterns', () => {
    const values = new Float32Array(drawBits(key(5), 400).buffer).filter(Number.isFinite);
    for (const value of values) expect(Math.fround(Number(shortest(value)))).toBe(value);
  });

  it.each([
    [0.1, '0.1'],
    [4.29, '4.29'],
    [-2065.478271484375, '-2065.4783'],
    [16777216, '16777216'],
    [2 ** -149, '1e-45'],
    [1 / 3, '0.33333334'],
    [-0, '0'],
  ])('of %d has no digit too many', (value, text) => expect(shortest(value)).toBe(text));
});

it('csvLine quotes fields that would be read as others', () => {
  expect(csvLine(['a', 'b,c', 'd"e', ' f', 'g\nh', '1.5'])).toBe('a,"b,c","d""e"," f","g\nh",1.5\n');
});

it.each([[[7]], [[3, 4]], [[2, 3, 4, 1]], [[123456789, 1000, 1000, 3]]])(
  'npyHeader of %j is as NumPy writes it',
  (shape) => {
    const header = Buffer.from(npyHeader(shape));
    expect(header.length % 64).toBe(0);
    expect(header.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
    expect(header.readUInt16LE(8)).toBe(header.length - 10);
    const text = header.subarray(10).toString('latin1');
    const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
    expect(text.trimEnd()).toBe(`{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`);
    expect(text.endsWith('\n')).toBe(true);
  },
);
