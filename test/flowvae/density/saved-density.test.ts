// Runs of densities after training: scores, draws at temperatures, data between data, encodings and files for other
// runtimes; and scores of a VAE.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { drawUniform, key } from '@flowvae/random';
import { decodeSafetensors, openRun, tf } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { logEvidenceError } from '../../../packages/flowvae/src/run/scoring/score-rows.ts';
import { runNative } from '../../compiler/export/runtimes.ts';
import { differences } from '../../laws/comparison.ts';
import { flowvaeHere, type JsonReport, jsonHere, valuesHere } from '../in-process.ts';
import { freshPath } from '../tiny-run.ts';
import { judged, numbers, pictures, short } from './density-data.ts';

const data = pictures();
const run = freshPath();
let report: JsonReport;
beforeAll(async () => {
  report = await jsonHere('density', '--data', data, ...short, ...judged, '--out', run);
});

const refusalOf = async (...args: string[]) => {
  const { code, stderr } = await flowvaeHere(args);
  return [code, stderr] as const;
};

/** The columns of a CSV file by name. */
function columnsOf(path: string): Record<string, (number | undefined)[]> {
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const rows = lines.map((line) => line.split(',').map((field) => (field === '' ? undefined : Number(field))));
  return Object.fromEntries(head!.split(',').map((name, i) => [name, rows.map((row) => row[i])]));
}

const meanOf = (values: readonly (number | undefined)[]) =>
  values.reduce<number>((sum, value) => sum + value!, 0) / values.length;

/** float32 values behind the header of a .npy file. */
function valuesOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  const from = 10 + bytes.readUInt16LE(8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + bytes.length));
}

describe('flowvae score', () => {
  it('gives each test image the estimate of the evaluation', async () => {
    const out = `${freshPath()}.csv`;
    const found = await jsonHere('score', run, '--out', out, '--eval-samples', '5', '--images', '6');
    const columns = columnsOf(out);
    expect(Object.keys(columns)).toEqual(['row', 'logP', 'standardError', 'kHat', 'elbo', 'effectiveSampleSize']);
    expect(meanOf(columns.logP!)).toBeCloseTo(-report.testNll, 3);
    expect(meanOf(columns.elbo!)).toBeCloseTo(report.testElbo, 3);
    expect(columns.kHat).toEqual(Array(6).fill(undefined)); // 5 samples have no tail
    expect([found.rows, found.samples, found.paretoKAboveThreshold]).toEqual([6, 5, null]);
  });

  it('takes 50 samples where the run has fewer, and writes arrays', async () => {
    const out = `${freshPath()}.npy`;
    expect((await jsonHere('score', run, '--out', out, '--images', '2')).samples).toBe(50);
    const values = valuesOf(out);
    expect(values).toHaveLength(2 * 6);
    expect(Number.isFinite(values[3])).toBe(true); // k̂
  });

  it('is exact for numbers', async () => {
    const [rows, out] = [freshPath(), `${freshPath()}.csv`];
    await jsonHere('density', '--data', numbers(), ...short.slice(4), '--model', 'maf', '--out', rows);
    expect((await jsonHere('score', rows, '--out', out)).samples).toBe(1);
    const { standardError, logP, elbo } = columnsOf(out);
    expect(new Set(standardError)).toEqual(new Set([0]));
    expect(differences('elbo', elbo as number[], logP as number[], 1e-5)).toEqual([]);
  });

  it('takes a VAE', async () => {
    const [vae, out] = [freshPath(), `${freshPath()}.csv`];
    const small = ['--latent', '2', '--hidden', '8', '--flow', 'none', '--steps', '2', '--batch', '10'];
    const { testNll } = await jsonHere('train', '--data', data, ...small, ...judged, '--out', vae);
    await jsonHere('score', vae, '--out', out, '--eval-samples', '5', '--images', '6');
    expect(meanOf(columnsOf(out).logP!)).toBeCloseTo(-testNll, 3);
  });

  it('refuses other endings and an empty split', async () => {
    expect((await refusalOf('score', run, '--out', 'scores.json'))[1]).toContain('ends in .csv or .npy');
  });

  it('has the error of log mean(w) by the delta method', () => {
    const weights = [0.2, 1.5, 0.9, 3, 0.01];
    const mean = weights.reduce((a, b) => a + b) / 5;
    const variance = weights.reduce((sum, w) => sum + (w - mean) ** 2, 0) / 4;
    const size = (5 * mean) ** 2 / weights.reduce((sum, w) => sum + w * w, 0);
    expect(logEvidenceError(size, 5)).toBeCloseTo(Math.sqrt(variance / 5) / mean, 10);
    expect(logEvidenceError(5, 5)).toBe(0);
    expect(logEvidenceError(1, 1)).toBeNaN();
  });
});

describe('flowvae sample of a density', () => {
  const drawn = async (...flags: string[]) => {
    const out = `${freshPath()}.npy`;
    await jsonHere('sample', run, '--count', '8', '--out', out, ...flags);
    return valuesOf(out);
  };
  const spread = (values: Float32Array) => {
    const pixel = (p: number) => Array.from({ length: 8 }, (_, i) => values[16 * i + p]!);
    const deviations = Array.from({ length: 16 }, (_, p) => Math.max(...pixel(p)) - Math.min(...pixel(p)));
    return deviations.reduce((a, b) => a + b) / 16;
  };

  it('comes together as the temperature falls, and is that of the model at 1', async () => {
    const [hot, cool, cold] = [
      await drawn(),
      await drawn('--temperature', '0.5'),
      await drawn('--temperature', '0.001'),
    ];
    expect(spread(cold)).toBeLessThan(0.02);
    expect(spread(cool)).toBeLessThan(spread(hot));
    expect([...(await drawn('--temperature', '1'))]).toEqual([...hot]);
    for (const x of hot) expect(Math.abs(x * 255 - Math.round(x * 255))).toBeLessThan(1e-3); // levels
  });

  it('has the temperature in the name of its picture, where it is not 1', async () => {
    const pictureAt = async (...flags: string[]) => {
      const { figure } = await jsonHere('sample', run, '--count', '2', ...flags);
      return basename(figure);
    };
    expect(await pictureAt('--temperature', '0.5')).toBe('samples-seed0-temperature0.5.png');
    expect(await pictureAt('--temperature', '1')).toBe('samples-seed0.png');
  });

  it('goes from one test image to another', async () => {
    const values = await drawn('--between', '1,4');
    const { parts } = await openRun(run);
    const [a, b] = [parts.test.row(1).slice(), parts.test.row(4).slice()];
    expect(differences('first', values.subarray(0, 16), a, 2 / 255)).toEqual([]);
    expect(differences('last', values.subarray(7 * 16), b, 2 / 255)).toEqual([]);
    expect(differences('middle', values.subarray(4 * 16, 5 * 16), a, 2 / 255)).not.toEqual([]);
    expect((await jsonHere('sample', run, '--between', '0,1', '--count', '3')).samples).toContain('between-0-1.png');
  });

  it('refuses what would have no effect, and data that are not there', async () => {
    expect((await refusalOf('sample', run, '--between', '0,99'))[1]).toContain('--between: expected numbers below 12');
    expect((await refusalOf('sample', run, '--between', '3'))[1]).toContain('two numbers of test data');
    expect((await refusalOf('sample', run, '--data', data))[1]).toContain('--data: expected --between beside it');
    const cooled = await refusalOf('sample', run, '--between', '0,1', '--temperature', '0.5');
    expect(cooled[1]).toContain('--temperature: expected none beside --between');
  });
});

describe('a run of a density', () => {
  it('encodes data to the noise that gives them back', async () => {
    const out = freshPath();
    await jsonHere('encode', run, '--out', out);
    const { mean, samples, log_q: logQ } = decodeSafetensors(readFileSync(out), out).tensors;
    expect([mean!.shape, samples!.shape, logQ!.shape]).toEqual([
      [12, 16],
      [12, 1, 16],
      [12, 1],
    ]);
    expect([...mean!.values]).toEqual([...samples!.values]); // one draw
  });

  it('is exported in both directions: x to z with log q, and z to x', async () => {
    const folder = freshPath();
    await jsonHere('export', run, '--onnx', folder);
    const { parts } = await openRun(run);
    const x = Float32Array.from([...parts.test.row(0), ...parts.test.row(1)]);
    const noise = drawUniform(key(2), 32);
    const file = (name: string) => readFileSync(join(folder, name));
    const feeds = { x: { data: x, shape: [2, 16] }, noise: { data: noise, shape: [2, 16] } };
    const { z, logQ } = await runNative(file('encoder.onnx'), feeds);
    const back = await runNative(file('decoder.onnx'), { z: { data: Float32Array.from(z!.data), shape: [2, 16] } });
    expect(differences('x', back.mean!.data, x, 1e-6)).toEqual([]);
    const expected = valuesHere(() => {
      const { posterior, prior } = parts.model.at(tf.tensor2d(x, [2, 16]));
      const draw = posterior.sampleAndLogProb(tf.tensor2d(noise, [2, 16]));
      return tf.sub(prior.logProb(draw.z), draw.logProb);
    });
    const bounds = [0, 1].map((row) => {
      const own = z!.data.slice(16 * row, 16 * row + 16);
      return own.reduce((sum, v) => sum - 0.5 * (v * v + Math.log(2 * Math.PI)), 0) - logQ!.data[row]!;
    });
    expect(differences('log P(x)', bounds, expected, 1e-4)).toEqual([]);
  });

  it('has a report of its bits per dimension, its data one by one, and its pictures', async () => {
    const { report: page } = await jsonHere('evaluate', run, '--report', '--figures', 'png');
    const html = readFileSync(page, 'utf8');
    for (const words of [
      'bits per dimension',
      'Image by image',
      'Learning curve',
      'draws at temperatures from 0.6 to 1',
    ])
      expect(html).toContain(words);
    expect(html).toContain('lost by one draw');
    for (const ofVae of ['Active units', 'KL(q']) expect(html).not.toContain(ofVae);
    const { diagnostics } = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8'));
    expect(diagnostics).toMatchObject({ dequantisation: 'uniform' });
    expect(diagnostics.evaluation.testNll).toBeCloseTo(report.testNll, 4);
    expect(readFileSync(join(run, 'figures', 'interpolations.png')).length).toBeGreaterThan(100);
  });

  it('tells of one sample neither weights nor their gain', async () => {
    const { stdout } = await flowvaeHere(['evaluate', run, '--eval-samples', '1']);
    expect(stdout).toMatch(/nats, by one draw\n?$/);
    const { stdout: several } = await flowvaeHere(['evaluate', run, '--eval-samples', '2']);
    for (const words of ['by one draw', ' more\n', 'largest weight']) expect(several).toContain(words);
  });

  it('has the settings of its model in report and files, and none of a VAE', async () => {
    const own = { model: 'glow', levels: 2, depth: 1, width: 3, map: 'affine', activation: 'relu' };
    const all = { ...own, dequantisation: 'uniform', alpha: 0.05 };
    const { report: page } = await jsonHere('evaluate', run, '--report');
    const table = readFileSync(page, 'utf8').split('Settings').at(-1)!;
    for (const [name, value] of Object.entries(all)) expect(table).toContain(`--${name}</td><td>${value}<`);
    expect(table).toContain('--steps</td><td>6<');
    const idle = ['flow', 'latent', 'architecture', 'hidden', 'amortize', 'heads', 'prior', 'conditional-prior'];
    for (const name of [...idle, 'likelihood', 'standardize', 'condition']) expect(table).not.toContain(`--${name}<`);
    expect(report.set).toEqual(all);
    expect(report.unused).toEqual(expect.arrayContaining(['flow', 'latent', 'likelihood']));
    expect(['flow', 'K'].filter((name) => name in report)).toEqual([]);
    const folder = freshPath();
    await jsonHere('export', run, '--onnx', folder);
    const encoder = readFileSync(join(folder, 'encoder.onnx'), 'utf8');
    expect(encoder).toContain(`"set":${JSON.stringify(all)}`);
    expect(encoder).not.toContain('"likelihood"');
    const [codes, draws] = [freshPath(), `${freshPath()}.safetensors`];
    await jsonHere('encode', run, '--out', codes);
    expect((await jsonHere('sample', run, '--count', '2', '--out', draws)).values).toBe('draws');
    for (const path of [codes, draws, join(run, 'model.safetensors')]) {
      const { metadata } = decodeSafetensors(readFileSync(path), path);
      expect(metadata).toMatchObject({ model: 'density by glow', set: JSON.stringify(all) });
      expect(['flow', 'prior'].filter((name) => name in metadata)).toEqual([]);
    }
    const { metadata } = decodeSafetensors(readFileSync(draws), draws);
    expect(metadata.x).toBe('draws of p(x)');
  });

  it('is listed by its flow, and refuses work of VAEs', async () => {
    const { runs } = await jsonHere('runs', run);
    expect(runs[0]).toMatchObject({ state: 'finished', flow: 'glow', kind: 'training' });
    expect((await refusalOf('evaluate', run, '--ais', '3'))[1]).toContain('--ais: expected a run of a VAE');
    const [code, stderr] = await refusalOf('impute', run, '--out', `${freshPath()}.safetensors`);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/a density, which is of whole data; flowvae train makes/),
    ]);
    expect((await refusalOf('lab', run, '--out', freshPath()))[1]).toContain(
      'a VAE that `flowvae train` trained, got a density',
    );
    expect((await refusalOf('score', data, '--out', `${freshPath()}.csv`))[1]).toContain('`flowvae runs` lists');
    expect((await refusalOf('fit-prior', run, '--flow', 'maf'))[1]).toContain('one of flowvae density');
  });
});
