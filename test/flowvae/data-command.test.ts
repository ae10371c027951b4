// `flowvae data <source>`: the facts it prints, the sheet it draws, and the errors it gives; the same facts when a run
// begins.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from 'flowvae';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { flowvae } from '../processes/programs.ts';
import { flowvaeHere } from './in-process.ts';
import { npyOf } from './npy-of.ts';
import { tinyData, tinyFlags } from './tiny-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// the command in this process names itself without a package manager
beforeAll(() => vi.stubEnv('npm_config_user_agent', ''));
afterAll(() => vi.unstubAllEnvs());
const inFolder = (name: string) => join(folder, name);

/** 20 rows: x is i / 4, missing in row 4; colour cycles through three, missing in row 7; spotted is 1 in odd rows. */
const table = inFolder('flowers.csv');
const colours = ['red', 'green', 'blue'];
const line = (i: number) =>
  [
    i === 4 ? '' : i / 4,
    i === 7 ? 'NA' : colours[i % 3],
    i % 2,
    i < 15 ? 'a' : 'b',
    ['train', 'test'][Number(i > 15)],
  ].join();
writeFileSync(table, `x,colour,spotted,kind,part\n${Array.from({ length: 20 }, (_, i) => line(i)).join('\n')}\n`);
const byPart = ['--labels', 'kind', '--splits', 'column:part'];

/** A file of arrays. */
function arrays(name: string, shapes: Readonly<Record<string, readonly number[]>>, valueAt: (i: number) => number) {
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => {
      const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => valueAt(i));
      return [key, { shape: [...shape], values }];
    }),
  );
  const path = inFolder(name);
  writeFileSync(path, encodeSafetensors({ tensors, metadata: {} }));
  return path;
}

/** Width, height of a PNG. */
function sizeOf(path: string): readonly [number, number] {
  const png = readFileSync(path);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

let next = 0;
const freshSheet = () => inFolder(`sheet${next++}.png`);
const look = (...args: readonly string[]) => flowvaeHere(['data', ...args]);
async function factsOf(...args: readonly string[]) {
  const { code, stdout, stderr } = await look(...args, '--json', '--out', freshSheet());
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('flowvae data', () => {
  it('describes a table in aligned lines', async () => {
    const out = freshSheet();
    const { code, stdout, stderr } = await look(table, ...byPart, '--out', out);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((each) => each.length > 100 && !each.includes(folder))).toEqual([]);
    expect(lines.slice(0, 13)).toEqual([
      'data        flowers.csv: a table',
      'a datum     row of 3 columns',
      'rows        20: 16 for training, 0 for validation, 4 for the test',
      'values      columns of several kinds, 0 to 4.75',
      'missing     2 of 60 (3.3 %)',
      expect.stringMatching(/^columns {5}name {5}kind {6}missing {2}least {2}greatest {3,}mean {2}deviation$/),
      expect.stringMatching(/^ {12}x {8}number {10}1 {6}0 {6}4\.75 /),
      expect.stringMatching(/^ {12}colour {3}category {8}1 {2}\w+ \d+ %, \w+ \d+ %, \w+ \d+ %$/),
      expect.stringMatching(/^ {12}spotted {2}bit {13}0 {6}0 {9}1 /),
      '            Mean, deviation and shares are those of the training rows.',
      'labels      kind: 2 classes: a (15), b (5)',
      'notes       The delimiter is a comma, found in the file.',
      '            The first line is the header: it stands over numbers.',
    ]);
    expect(stdout).toContain(
      '\na run       would take likelihood columns, no binarisation, each column standardised\n',
    );
    expect(stdout).toContain(`\nto train    flowvae train --data ${table} --labels kind --splits column:part\n`);
    expect(stdout).not.toContain('flowvae density'); // which takes no categories
    expect(lines.at(-1)).toBe(`sheet       ${out}`);
    expect(sizeOf(out)[0]).toBeGreaterThan(500);
  });

  it('gives the facts of a table as JSON, with moments of its training rows', async () => {
    const { columns, missing, rows, labels, run, kind } = await factsOf(table, ...byPart);
    expect({ rows, missing, labels, run, kind }).toEqual({
      rows: { all: 20, train: 16, validation: 0, test: 4 },
      missing: { count: 2, of: 60 },
      labels: {
        name: 'kind',
        shape: [],
        classes: [
          { name: 'a', count: 15 },
          { name: 'b', count: 5 },
        ],
      },
      run: { likelihood: 'columns', binarize: 'none', standardize: 'columns' },
      kind: ['a table'],
    });
    expect(columns.map(({ name, missing }: { name: string; missing: number }) => [name, missing])).toEqual([
      ['x', 1],
      ['colour', 1],
      ['spotted', 0],
    ]);
    const all = await factsOf(table, '--labels', 'kind', '--leave-out', 'part', '--splits', '1/0/0');
    const x = Array.from({ length: 20 }, (_, i) => i / 4).filter((_, i) => i !== 4);
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    expect(all.columns[0].mean).toBeCloseTo(mean, 12);
    expect(all.columns[0].deviation).toBeCloseTo(
      Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length),
      12,
    );
    expect(all.columns[0].range).toEqual([0, 4.75]);
    expect(all.columns[1].classes).toEqual([
      { name: 'blue', share: expect.closeTo(6 / 19, 12) },
      { name: 'green', share: expect.closeTo(6 / 19, 12) },
      { name: 'red', share: expect.closeTo(7 / 19, 12) },
    ]);
  });

  it('gives moments of flat levels as they are stored', async () => {
    const path = inFolder('levels.npy');
    writeFileSync(
      path,
      npyOf(
        Uint8Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 100 : 10 * i)),
        [10, 2],
      ),
    );
    const { columns, form, run } = await factsOf(path, '--splits', '1/0/0');
    expect([form, run.likelihood]).toEqual(['levels', 'logistic-mixture']);
    expect(columns[0]).toEqual({
      name: 'x1',
      kind: 'number',
      missing: 0,
      range: [100, 100],
      mean: 100,
      deviation: expect.closeTo(0, 4),
    });
    expect(columns[1].mean).toBeCloseTo(100, 9);
  });

  it('describes images with missing pixels, and flat rows in a shape', async () => {
    const holes = arrays('holes.safetensors', { x: [30, 6, 5] }, (i) => (i % 10 === 3 ? Number.NaN : i % 7));
    const facts = await factsOf(holes);
    expect(facts).toMatchObject({ shape: [6, 5, 1], form: 'levels', missing: { count: 90, of: 900 } });
    expect(facts.columns).toBeUndefined();
    const flat = arrays('flat.safetensors', { x: [30, 12] }, (i) => Math.sin(i));
    expect(await factsOf(flat, '--shape', '2x2x3')).toMatchObject({
      shape: [2, 2, 3],
      run: { likelihood: 'gaussian', standardize: 'all' },
      train: `flowvae train --data ${flat} --shape 2x2x3`,
      density: `flowvae density --data ${flat} --shape 2x2x3`,
    });
    expect((await look(flat, '--out', freshSheet())).stdout).toContain(
      `\nto train    flowvae train --data ${flat}\n            or flowvae density --data ${flat}\n`,
    );
    expect(facts).not.toHaveProperty('density'); // which takes no missing values
  });

  it('counts classes that have no names', async () => {
    const { labels, rows } = await factsOf(tinyData());
    expect(labels).toBeUndefined();
    expect(rows).toEqual({ all: 72, train: 50, validation: 10, test: 12 });
    const path = arrays('labelled.safetensors', { x: [12, 4, 4], y: [12] }, (i) => i % 3);
    expect((await factsOf(path)).labels.classes).toEqual([0, 1, 2].map((n) => ({ name: String(n), count: 4 })));
  });

  it('draws a row of images for each class where there are enough of each', async () => {
    const named = arrays('classes.safetensors', { x: [200, 4, 4], y: [200] }, (i) => i % 2);
    const plain = arrays('plain.safetensors', { x: [200, 4, 4] }, (i) => i % 2);
    const [a, b] = [freshSheet(), freshSheet()];
    expect((await look(named, '--out', a)).code).toBe(0);
    expect((await look(plain, '--out', b)).code).toBe(0);
    const [[labelled], [unlabelled]] = [sizeOf(a), sizeOf(b)];
    expect(labelled).toBeGreaterThan(unlabelled); // words stand beside the images
  });

  it.each([
    ['one row', { x: [1, 3] }, (i: number) => i / 3],
    ['one image', { x: [1, 4, 4] }, (i: number) => i / 3],
    ['images of one value', { x: [9, 4, 4] }, () => 5.5],
    ['images of two channels', { x: [9, 4, 4, 2] }, (i: number) => i % 9],
    ['more columns than are drawn', { x: [9, 50] }, (i: number) => Math.cos(i)],
  ])('draws %s', async (name, shapes, valueAt) => {
    const out = freshSheet();
    const { code, stdout } = await look(arrays(`${name}.safetensors`, shapes, valueAt), '--out', out);
    expect([code, stdout.includes('\nsheet ')]).toEqual([0, true]);
    expect(sizeOf(out)[1]).toBeGreaterThan(50);
    if (name.startsWith('more')) expect(stdout).toContain('… and 10 more, which --json lists');
  });

  it('writes the sheet beside no other, and again into its own', async () => {
    const here = inFolder('here');
    mkdirSync(here);
    writeFileSync(join(here, 'flowers-data.png'), 'a file of the user');
    const lookHere = async (...args: readonly string[]) => {
      const { code, stdout } = await flowvae(['data', table, '--json', ...args], { folder: here });
      return [code, JSON.parse(stdout).sheet];
    };
    expect(await lookHere()).toEqual([0, 'flowers-data-2.png']);
    expect(await lookHere()).toEqual([0, 'flowers-data-2.png']);
    expect(await lookHere('--leave-out', 'x')).toEqual([0, 'flowers-data-3.png']);
    expect(readFileSync(join(here, 'flowers-data.png'), 'utf8')).toBe('a file of the user');
  });
});

describe('flowvae data refuses', () => {
  const two = arrays('two.safetensors', { first: [5, 2], second: [6, 3] }, (i) => i);
  it.each<[string, () => readonly string[], string]>([
    [
      'no file',
      () => [inFolder('no.csv')],
      `data ${inFolder('no.csv')}: expected mnist, a file or a folder, got nothing of that name`,
    ],
    [
      'an unclear file with its arrays, and does not name itself as the remedy',
      () => [two],
      `${two}: expected one array of data, or the name of it, got first [5, 2], second [6, 3]; name the arrays behind a colon, training data first: two.safetensors:first,second`,
    ],
    [
      'an option for another kind',
      () => [table, '--mask', 'm'],
      `data ${table}: --mask: expected no such option for a table, got ["m"]`,
    ],
    [
      'a rule that is none',
      () => [table, '--splits', '0.5/0.1'],
      "--splits: expected auto, 0.8/0.1/0.1, stratified:0.8/0.1/0.1 or column:name; the shares of training, validation and test rows add up to 1, got '0.5/0.1'",
    ],
    [
      'a picture of another kind',
      () => [table, '--out', 'a.jpg'],
      '--out: expected a name that ends in .png, got a.jpg',
    ],
  ])('%s', async (_, args, text) => {
    expect(await look(...args())).toEqual({ code: 2, stdout: '', stderr: `flowvae: ${text}\n` });
  });
});

describe('flowvae train', () => {
  const out = () => inFolder(`run${next++}`);
  const flags = (data: string) => tinyFlags(data).join(' ').replace('--binarize dynamic', '').split(/ +/);
  const train = (data: string, ...args: readonly string[]) => flowvaeHere(['train', ...flags(data), ...args]);

  it('says once what it understood, and not with --quiet', async () => {
    const run = out();
    const { code, stderr } = await train(table, ...byPart, '--steps', '1', '--out', run);
    const said =
      'data        flowers.csv: 20 rows of 3 columns (16 / 0 / 4), 3.3 % missing; likelihood columns, standardised\n';
    expect([code, stderr.startsWith(said), stderr.split(said).length]).toEqual([0, true, 2]);
    expect((await flowvaeHere(['train', '--resume', run])).stderr).not.toContain('flowers.csv: ');
    expect((await train(table, ...byPart, '--steps', '1', '--quiet', '--out', out())).stderr).toBe('');
  });

  it('sends who reads data by options to the command that shows them', async () => {
    const { code, stderr } = await train(table, '--labels', 'nothing', '--out', out());
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/; `flowvae data \S+flowers\.csv` shows what was understood\n$/),
    ]);
  });

  it('names the data as the user did, not the part of them that does not fit', async () => {
    const { code, stderr } = await flowvaeHere(['train', '--shape', '7x7', '--out', out()]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('; `flowvae data mnist` shows what was understood\n')]);
  });

  it('leaves a damaged file to its own error', async () => {
    const broken = inFolder('broken.npy');
    writeFileSync(broken, 'no numbers');
    const { code, stderr } = await train(broken, '--out', out());
    expect([code, stderr.includes('flowvae data')]).toEqual([2, false]);
    expect(existsSync(broken)).toBe(true);
  });
});
