// One tiny run by the command itself: trained, evaluated, and encoded, exported or sampled, and every number looked at.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  asMlpVae,
  decodeSafetensors,
  drawBernoulli,
  drawNormal,
  key,
  loadModel,
  loadPosterior,
  type NamedVariables,
  openRun,
  parseLikelihood,
  runCounter,
  type Samplable,
  type SettingName,
  type Tensor2D,
  type TrainConfig,
  tf,
} from 'flowvae';
import { expect } from 'vitest';
import { flagOf } from '../../../packages/flowvae/src/config/settings.ts';
import { differences, runNative } from '../../compiler/export/runtimes.ts';
import { flowvaeHere } from '../in-process.ts';
import { freshPath, tinyData } from '../tiny-run.ts';
import { type Command, commandNames } from './commands.ts';
import { LATENT } from './setting-values.ts';

const data = tinyData();
const PIXELS = 30;
const ROWS = 3;

/** Numbers that the command prints. */
// biome-ignore lint/suspicious/noExplicitAny: reports of several commands
type Report = Readonly<Record<string, any>>;

async function json(...args: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await flowvaeHere([...args, '--json']);
  expect([code, stderr]).toEqual([0, stderr]);
  return JSON.parse(stdout);
}

const flagsOf = (settings: Partial<TrainConfig>) =>
  Object.entries(settings).flatMap(([name, value]) => [flagOf(name as SettingName), String(value)]);

const valuesOf = (variables: NamedVariables) =>
  Object.values(variables).map((variable) => [...variable.dataSync<'float32'>()]);

const areFinite = (values: ArrayLike<number>) => Array.from(values).every(Number.isFinite);

/** Draws of q(z|x) and their log-densities. */
const drawsOf = (posterior: () => Samplable, noise: Tensor2D) =>
  tf.tidy(() => {
    const { z, logProb } = posterior().sampleAndLogProb(noise);
    return { z: [...z.dataSync()], logQ: [...logProb.dataSync()] };
  });

async function trained(run: string, settings: Partial<TrainConfig>): Promise<Report> {
  const before = runCounter.runs;
  const report = await json('train', '--data', data, '--out', run, ...flagsOf({ ...settings, evalImages: 2 }));
  expect(report).toMatchObject({ steps: 2, engine: settings.engine ?? 'compiled', evalImages: 2 });
  expect(runCounter.runs > before).toBe(settings.engine !== 'eager');
  expect(areFinite([report.testElbo, report.testNll])).toBe(true);
  const isOfLevels = parseLikelihood(settings.likelihood ?? 'bernoulli').data === 'levels';
  expect(report.testBitsPerDimension !== null).toBe(isOfLevels);
  return report;
}

/** Each kind of evaluation gives its numbers. */
async function evaluated(run: string, options: string, trainReport: Report): Promise<void> {
  const { code, stdout, stderr } = await flowvaeHere(['evaluate', run, ...options.split(' '), '--json']);
  if (/^flowvae: --simulated: likelihood .* pixels at an end; /m.test(stderr)) return; // about clipped values
  expect([code, stderr]).toEqual([0, stderr]);
  const { testElbo, testNll, ais, report: page }: Report = JSON.parse(stdout);
  const given = ['testElbo', 'testNll'].map((name) => trainReport[name]);
  if (!options.includes('--eval-')) expect([testElbo, testNll]).toEqual(given); // from training
  expect(areFinite([testElbo ?? 0, testNll ?? 0])).toBe(true);
  if (options.includes('--ais')) expect(areFinite([ais.forward.logEvidence])).toBe(true);
  if (options.includes('--simulated')) expect(areFinite([ais.gap, ais.importanceLogEvidence])).toBe(true);
  if (!options.includes('--report')) return;
  expect(existsSync(page)).toBe(true);
  const { inferenceGaps, statistics } = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')).diagnostics;
  expect(inferenceGaps).toHaveLength(2);
  for (const gap of inferenceGaps) expect(areFinite([gap.approximation, gap.amortisation])).toBe(true);
  expect(areFinite([statistics.terms.elbo, ...statistics.activeUnits.varianceOfMeans])).toBe(true);
}

async function encoded(run: string): Promise<void> {
  const out = freshPath();
  await json('encode', run, '--out', out, '--samples', '2', '--mean-samples', '3');
  const { mean, samples, log_q } = decodeSafetensors(readFileSync(out), out).tensors;
  expect([mean!.shape, samples!.shape, log_q!.shape]).toEqual([
    [12, LATENT],
    [12, 2, LATENT],
    [12, 2],
  ]);
  for (const { values } of [mean!, samples!, log_q!]) expect(areFinite(values)).toBe(true);
}

/** The exported model loads again and computes the same as the run's own model. */
async function exported(run: string): Promise<void> {
  const model = asMlpVae((await openRun(run)).parts.model);
  const [onnx, folder] = [freshPath(), freshPath()];
  await json('export', run, '--onnx', onnx, '--model', folder);
  expect(valuesOf(loadModel(folder).model.variables)).toEqual(valuesOf(model.variables));
  const x = tf.tensor2d(drawBernoulli(key(1), new Float32Array(ROWS * PIXELS).fill(0.5)), [ROWS, PIXELS]);
  const noise = tf.tensor2d(drawNormal(key(2), ROWS * LATENT), [ROWS, LATENT]);
  const expected = drawsOf(() => model.infer(x), noise);
  expect(drawsOf(() => loadPosterior(folder).posterior.at(model.features(x)), noise)).toEqual(expected);
  const ran = await runNative(readFileSync(join(onnx, 'encoder.onnx')), {
    x: { data: x.dataSync<'float32'>(), shape: [ROWS, PIXELS] },
    noise: { data: noise.dataSync<'float32'>(), shape: [ROWS, LATENT] },
  });
  const shaped = { z: { data: expected.z, shape: [ROWS, LATENT] }, logQ: { data: expected.logQ, shape: [ROWS] } };
  expect(differences(ran, shaped, 1e-4)).toEqual([]);
  expect(existsSync(join(onnx, 'decoder.onnx'))).toBe(true);
  tf.dispose([x, noise, ...Object.values(model.variables)]);
}

async function sampled(run: string): Promise<void> {
  const { figure } = await json('sample', run, '--count', '2');
  expect(readFileSync(figure).subarray(1, 4).toString()).toBe('PNG');
}

/** Commands on a finished run. */
const commands: Readonly<Record<Command, (run: string) => Promise<void>>> = {
  encode: encoded,
  export: exported,
  sample: sampled,
};

/** The choices of {@link doAll}. */
export interface Wanted {
  /** Options of `evaluate`. Default: few samples. */
  readonly evaluate?: string | undefined;
  /** Default: all. */
  readonly commands?: readonly Command[] | undefined;
}

/** Trains with these settings, evaluates the run, and gives it to commands. */
export async function doAll(
  settings: Partial<TrainConfig>,
  { evaluate = '--eval-samples 3', commands: chosen = commandNames }: Wanted = {},
): Promise<void> {
  const run = freshPath();
  const report = await trained(run, settings);
  await evaluated(run, evaluate, report);
  for (const command of chosen) await commands[command](run);
}
