// Every likelihood of counts, and of single columns, in runs of the command on tables: trained, evaluated with a
// report, sampled, encoded, imputed and exported.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, drawUniform, key, openData, openRun, tf } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { likelihoodTable } from '../../packages/vae/src/likelihoods/likelihood-table.ts';
import { runNative } from '../compiler/export/runtimes.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath, tinyFlags } from './tiny-run.ts';

const uniforms = drawUniform(key(7), 2000);
const ROWS = 60;

/** A table of rows, with an empty field here and there. */
function table(
  header: string,
  fieldsOf: (u: (n: number) => number, row: number) => readonly (string | number)[],
): string {
  const path = `${freshPath()}.csv`;
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const fields = fieldsOf((n) => uniforms[row * 10 + n]!, row);
    return fields.map((field, i) => (row % 9 === i + 3 ? '' : field)).join(',');
  });
  writeFileSync(path, `${header}\n${lines.join('\n')}\n`);
  return path;
}

const counts = table('few,some,many', (u) => [
  Math.floor(2.5 * u(0) ** 2),
  Math.floor(12 * u(1)),
  Math.floor(900 * u(2)),
]);
const mixed = table('age,visits,species,owns,share', (u) => [
  (40 + 20 * (u(0) - u(1))).toFixed(1),
  Math.floor(9 * u(2)),
  u(3) < 0.5 ? 'cat' : 'dog',
  Number(u(4) < 0.3),
  u(5).toFixed(3),
]);

const ofCounts = Object.entries(likelihoodTable).flatMap(([name, { data, covariate }], i) =>
  data === 'counts' ? [i % 2 && covariate ? `${name}(${covariate})` : name] : [],
);
const ofColumns =
  'columns(age=student-t, visits=zero-inflated-negative-binomial, owns=poisson, share=continuous-bernoulli, *=laplace)';

const isWhole = (field: string) => /^\d+$/.test(field);

/** The fields of a CSV file without its header. */
const fieldsIn = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

async function done(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await flowvaeHere(args);
  expect([code, stderr]).toEqual([0, stderr]);
  return stdout;
}

describe.each([...ofCounts.map((name) => [name, counts] as const), [ofColumns, mixed] as const])(
  '%s',
  (likelihood, data) => {
    it('takes a table through every command', async () => {
      const [run, csv, filled] = [freshPath(), `${freshPath()}.csv`, `${freshPath()}.csv`];
      const flags = tinyFlags(data).filter((flag) => !['--binarize', 'dynamic'].includes(flag));
      const report = JSON.parse(await done('train', ...flags, '--likelihood', likelihood, '--out', run, '--json'));
      expect([report.steps, report.engine]).toEqual([6, 'compiled']);
      expect(Number.isFinite(report.testNll)).toBe(true);
      expect(report.testBitsPerDimension === null).toBe(data === mixed);

      await done('evaluate', run, '--report');
      expect(existsSync(join(run, 'report.html'))).toBe(true);

      await done('sample', run, '--count', '7', '--draws', '--out', csv);
      const places = data === counts ? [0, 1, 2] : [1, 3];
      const drawn = fieldsIn(csv);
      expect(drawn).toHaveLength(7);
      for (const row of drawn)
        for (const place of places) expect([row[place], isWhole(row[place]!)]).toEqual([row[place], true]);

      await done('impute', run, '--out', filled, '--samples', '40');
      const before = fieldsIn(data);
      fieldsIn(filled).forEach((row, r) => {
        row.forEach((field, i) => {
          expect(field).not.toBe('');
          if (before[r]![i] !== '') expect(Number(field) || field).toEqual(Number(before[r]![i]) || before[r]![i]);
        });
      });

      const latents = `${freshPath()}.safetensors`;
      await done('encode', run, '--out', latents);
      const { mean } = decodeSafetensors(readFileSync(latents), latents).tensors;
      expect(mean!.shape).toEqual([6, 2]);
      expect(Array.from(mean!.values).every(Number.isFinite)).toBe(true);

      const folder = freshPath();
      await done('export', run, '--onnx', folder);
      const { model } = (await openRun(run)).parts;
      const z = Float32Array.of(0.3, -1, 0, 2);
      const exported = await runNative(readFileSync(join(folder, 'decoder.onnx')), { z: { data: z, shape: [2, 2] } });
      const own = tf.tidy(() =>
        model.observe!(tf.tensor2d(z, [2, 2]))
          .mean()
          .dataSync(),
      );
      const apart = Array.from(own, (value, i) => Math.abs(exported.mean!.data[i]! / value - 1));
      expect(Math.max(...apart)).toBeLessThan(1e-5);
      tf.dispose({ ...model.variables });
    });
  },
);

it('a column named library is the total, where the model is given it', async () => {
  const data = table('few,some,many,library', (u) => [
    Math.floor(3 * u(0)),
    Math.floor(12 * u(1)),
    Math.floor(90 * u(2)),
    20 + Math.floor(200 * u(3)),
  ]);
  const filled = readFileSync(data, 'utf8').replace(/,$/gm, ',90'); // a covariate is never missing
  writeFileSync(data, filled);
  const [run, csv] = [freshPath(), `${freshPath()}.csv`];
  const flags = tinyFlags(data).filter((flag) => !['--binarize', 'dynamic'].includes(flag));
  const likelihood = ['--likelihood', 'negative-binomial(library)', '--condition', 'library'];
  await done('train', ...flags, ...likelihood, '--out', run);
  for (const library of [30, 700]) {
    await done('sample', run, '--count', '400', '--label', `library=${library}`, '--out', csv);
    const counted = fieldsIn(csv).map((row) => row.slice(0, 3).reduce((sum, field) => sum + Number(field), 0));
    const average = counted.reduce((sum, total) => sum + total, 0) / counted.length;
    expect(Math.abs(average / library - 1)).toBeLessThan(0.15); // of draws whose means add up to it
  }
});

describe('values that are no counts', () => {
  const broken = table('a,b', (u, row) => [
    Math.floor(5 * u(0)),
    row === 17 ? -3 : row === 20 ? 1.5 : Math.floor(9 * u(1)),
  ]);
  const train = (...args: readonly string[]) =>
    flowvaeHere(['train', ...tinyFlags(broken).slice(0, -4), '--out', freshPath(), ...args]);

  it.each([
    ['poisson', /row 17, column "b": expected a whole number from 0, .*, got -3; choose a likelihood of other numbers/],
    [
      'columns(b=poisson)',
      /column "b", row 17: expected a whole number from 0, as its likelihood describes, got -3; choose/,
    ],
    [
      'columns(a=continuous-bernoulli)',
      /column "a", row \d+: expected a number from 0 to 1, as its likelihood describes, got \d; choose/,
    ],
  ])('are refused by %s with column and row', async (likelihood, said) => {
    const { code, stderr } = await train('--likelihood', likelihood);
    expect(code).toBe(2);
    expect(stderr.trim().split('\n').at(-1)).toMatch(said);
  });

  it('are told apart by `data`, and counts keep their defaults', async () => {
    const told = async (path: string) => JSON.parse(await done('data', path, '--json', '--out', `${freshPath()}.png`));
    expect(await told(broken)).toMatchObject({ areCounts: false, run: { likelihood: 'gaussian' } });
    expect(await told(counts)).toMatchObject({ areCounts: true, form: 'real', run: { likelihood: 'gaussian' } });
    expect(await done('data', counts, '--out', `${freshPath()}.png`)).toContain('all whole: likelihoods of counts fit');
  });

  it('are refused for a category among them', async () => {
    await expect(openData(mixed, { counts: true })).rejects.toThrow(
      /column "species": expected counts, .*, got a category; leave the column out/,
    );
  });
});
