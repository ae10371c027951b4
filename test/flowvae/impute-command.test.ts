// `flowvae impute`: the files, the numbers in them, the summary, and refusals.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fold, key } from '@flowvae/random';
import {
  asMlpVae,
  completeConfig,
  decodeSafetensors,
  type Imputed,
  impute,
  openRun,
  type TrainConfig,
  trainRun,
} from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixedRows } from '../../packages/flowvae/src/run/run-data.ts';
import { flowvae } from '../processes/programs.ts';
import { imagesWithHoles, tableLines, tableWithHoles } from './holed-data.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

const { binarize: _, ...settings } = tinySettings;

async function trained(changes: Partial<TrainConfig>): Promise<string> {
  const out = freshPath();
  await trainRun(completeConfig({ ...settings, steps: 60, evalSamples: 2, ...changes }), { out });
  return out;
}

let [table, images] = ['', ''];
beforeAll(async () => {
  table = await trained({ data: tableWithHoles(), labels: 'kind' });
  images = await trained({ data: imagesWithHoles(), likelihood: 'gaussian' });
}, 60_000);

/** Runs the command, which must succeed. */
async function imputed(run: string, ending: string, ...options: readonly string[]) {
  const out = `${freshPath()}${ending}`;
  const { code, stdout } = await flowvaeHere(['impute', run, '--out', out, '--samples', '50', ...options]);
  expect(code).toBe(0);
  return { out, stdout };
}

/** The same by the library, over all rows of a run's data that have holes. */
async function byLibrary(run: string): Promise<Map<number, Imputed>> {
  const { model, set, plan } = (await openRun(run)).parts;
  const all = Uint32Array.from({ length: set.x.shape[0]! }, (_, row) => row);
  const found = new Map<number, Imputed>();
  await impute({
    ...{ variables: model.variables, modelAt: model.at, observe: asMlpVae(model).observe, noise: model.noise },
    ...{ data: fixedRows(set, all, plan), samples: 50, draws: 19, key: fold(key(0), 'impute') },
    onEstimate: (i, each) => found.set(i, each),
  });
  return found;
}

/** Fields of a line without quoted commas at other places than the class. */
const fieldsOf = (line: string) => line.replace('"dark, ""red"""', 'dark').split(',');

describe('impute --out table.csv', () => {
  it('fills the holes, leaves all else as it was, and keeps names, classes and labels', async () => {
    const { out } = await imputed(table, '.csv', '--hold-out', '0');
    const [header, ...lines] = readFileSync(out, 'utf8').trimEnd().split('\n');
    const [names, ...given] = tableLines();
    expect(header).toBe(names);
    expect(lines.length).toBe(given.length);
    const library = await byLibrary(table);
    const colours = ['blue', 'dark', 'green'];
    let holes = 0;
    for (const [row, line] of lines.entries()) {
      const fields = fieldsOf(line);
      for (const [place, observed] of fieldsOf(given[row]!).entries()) {
        const field = fields[place]!;
        if (observed !== '') {
          expect(place < 2 ? Number(field) : field).toBe(place < 2 ? Number(observed) : observed);
          continue;
        }
        holes++;
        const mean = library.get(row)!.mean;
        if (place < 2) expect(Math.fround(Number(field))).toBe(Math.fround(mean[place]!));
        const likeliest = [2, 3, 4].toSorted((a, b) => mean[b]! - mean[a]!)[0]! - 2;
        if (place === 2) expect(field).toBe(colours[likeliest]);
        if (place === 3) expect(field).toBe(mean[5]! >= 0.5 ? '1' : '0');
      }
    }
    expect(holes).toBeGreaterThan(20);
  });

  it('tells of missing entries, weights and the error by column', async () => {
    const { stdout } = await imputed(table, '.csv', '--hold-out', '0.4', '--split', 'train');
    const missing = tableLines()
      .join(',')
      .split(',')
      .filter((field) => field === '').length;
    expect(stdout).toMatch(/^imputed {5}\S+\.csv\n/);
    expect(stdout).toMatch(
      /\nentries {5}\d+ missing entries in \d+ of 48 rows, 50 importance samples and 19 draws each\n/,
    );
    expect(stdout).toMatch(/\nweights {5}effective sample size \d+\.\d, least \d+\.\d\n/);
    expect(stdout).toMatch(/\nheld out {4}\d+ observed entries \(share 0\.4\) of \d+ rows, split train\n/);
    for (const name of ['size \\(cm\\)', 'weight', 'all numbers', 'colour', 'spotted']) {
      expect(stdout).toMatch(new RegExp(`\n {12}${name} +\\d+ `));
    }
    expect(stdout).toContain(`figure      ${join(table, 'figures', 'imputed.png')}`);
    const all = JSON.parse((await imputed(table, '.csv', '--json')).stdout);
    expect(all).toMatchObject({ rows: 60, missingEntries: missing, samples: 50, draws: 19, seed: 0 });
    expect(all.heldOut).toMatchObject({ split: 'test', share: 0.1 });
    expect(all.heldOut.columns.map(({ kind }: { kind: string }) => kind)).toEqual([
      'number',
      'number',
      'category',
      'bit',
    ]);
  });

  it('of other data fills them by the model of the run, and draws no picture', async () => {
    const [names, first] = tableLines();
    const other = tableWithHoles([names!, first!, '12.5,,green,1,b', ',-100,"dark, ""red""",,a']);
    const { out, stdout } = await imputed(table, '.csv', '--data', other, '--hold-out', '0');
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual([names, first]);
    expect(lines[2]).toMatch(/^12\.5,-?\d+\.?\d*,green,1,b$/);
    expect(lines[3]).toMatch(/^\d+\.?\d*,-100,"dark, ""red""",[01],a$/);
    expect(stdout).not.toContain('figure');
  });
});

describe('impute --out file.safetensors', () => {
  it('holds means, deviations, draws, mask and effective sample sizes of every row', async () => {
    const { out } = await imputed(table, '.safetensors', '--hold-out', '0');
    const { tensors } = decodeSafetensors(readFileSync(out), out);
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    const flat = [60, 6];
    const wanted = { mean: flat, deviation: flat, draws: [60, 19, 6], mask: flat, effective_sample_size: [60] };
    expect(shapes).toEqual(wanted);
    const rows = (name: string, row: number, width: number) =>
      [...tensors[name]!.values].slice(row * width, (row + 1) * width);
    const library = await byLibrary(table);
    const { set, plan } = (await openRun(table)).parts;
    const points = fixedRows(
      set,
      Uint32Array.from({ length: 60 }, (_, row) => row),
      plan,
    );
    for (let row = 0; row < 60; row++) {
      const x = [...points.row(row)];
      const isWhole = !x.slice(6).includes(0);
      const { mean, variance, draws, effectiveSampleSize } = library.get(row)!;
      expect(rows('mask', row, 6)).toEqual(x.slice(6));
      expect(rows('mean', row, 6)).toEqual([...Float32Array.from(mean)]);
      expect(rows('deviation', row, 6)).toEqual([...Float32Array.from(variance, Math.sqrt)]);
      expect(rows('draws', row, 19 * 6)).toEqual([...draws]);
      expect(rows('effective_sample_size', row, 1)).toEqual([isWhole ? Number.NaN : Math.fround(effectiveSampleSize)]);
    }
  });

  it('is the same for the same seed, and begins with the same rows if fewer are wanted', async () => {
    const files: Buffer[] = [];
    for (const options of [[], [], ['--seed', '1'], ['--images', '7']]) {
      const { out } = await imputed(images, '.safetensors', '--hold-out', '0', '--draws', '2', ...options);
      files.push(readFileSync(out));
    }
    const [one, two, other, few] = files;
    expect(one!.equals(two!)).toBe(true);
    expect(one!.equals(other!)).toBe(false);
    const draws = (file: Buffer) => decodeSafetensors(file, 'file').tensors.draws!;
    expect(draws(few!).shape).toEqual([7, 2, 12]);
    expect([...draws(few!).values]).toEqual([...draws(one!).values.slice(0, 7 * 24)]);
  });

  it('of images scores pixels together, and draws images, means and draws', async () => {
    const { stdout } = await imputed(images, '.safetensors');
    expect(stdout).toContain('entries     90 missing entries in 30 of 40 images');
    expect(stdout).toMatch(/\n {12}pixels +\d+ /);
    expect(existsSync(join(images, 'figures', 'imputed.png'))).toBe(true);
  });

  it('is not there after a SIGINT', async () => {
    const out = `${freshPath()}.safetensors`;
    let timer: NodeJS.Timeout | undefined;
    const { code, stderr } = await flowvae(['impute', table, '--out', out, '--samples', '200000'], {
      onStart(child) {
        timer = setInterval(() => {
          if (existsSync(`${out}.${child.pid}.partial`)) child.kill('SIGINT');
          if (existsSync(`${out}.${child.pid}.partial`)) clearInterval(timer);
        }, 20);
      },
    });
    clearInterval(timer);
    expect(code).toBe(130);
    expect(stderr).toContain(`stopped before all rows were imputed; ${out} was not written`);
    expect(existsSync(out)).toBe(false);
  }, 30_000);
});

describe('impute refuses in one line', () => {
  const refusal = async (run: string, out: string, ...options: readonly string[]) => {
    const { code, stderr } = await flowvaeHere(['impute', run, '--out', out, ...options]);
    expect([code, existsSync(out)]).toEqual([2, false]);
    expect(stderr).toMatch(/^flowvae: [^\n]+\n$/);
    return stderr;
  };

  it('a run whose data had no missing values', async () => {
    const run = await trained({ data: tinyData(), steps: 1, binarize: 'dynamic' });
    expect(await refusal(run, `${freshPath()}.safetensors`)).toBe(
      `flowvae: ${run}: expected a run whose data had missing values, got one whose data had none; train on data with NaN, with empty fields or with --mask; such a model imputes\n`,
    );
  });

  it.each([
    ['another ending', () => table, '.txt', [], /--out: expected a name that ends in \.safetensors or \.csv, got/],
    [
      'images as a table',
      () => images,
      '.csv',
      [],
      /--out: expected a name that ends in \.safetensors for images, got/,
    ],
    [
      'a share of all',
      () => table,
      '.csv',
      ['--hold-out', '1'],
      /--hold-out: expected a share from 0 to below 1, got '1'/,
    ],
  ] as const)('%s', async (_, run, ending, options, text) => {
    expect(await refusal(run(), `${freshPath()}${ending}`, ...options)).toMatch(text);
  });
});
