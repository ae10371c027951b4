// A training run from config to report on a tiny data set, on both engines.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, evaluateTest, openRun, runCounter, type TrainConfig, trainRun } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { describeEvaluation, evaluationReport } from '../../packages/flowvae/src/report/report.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

const data = tinyData();
const config = (changes: Partial<TrainConfig> = {}) => completeConfig({ ...tinySettings, data, ...changes });
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const modelOf = (out: string) => readFileSync(join(out, 'model.safetensors'));

/** The settings that follow the data. */
const chosen = { likelihood: 'bernoulli', standardize: 'no' };

describe.each(['compiled', 'eager'] as const)('the %s engine', (engine) => {
  it('trains, evaluates, and leaves a complete folder', async () => {
    const out = freshPath();
    const before = runCounter.runs;
    const { report, counts, figures } = await trainRun(config({ engine }), { out });
    expect(counts).toEqual({ total: report.parameters, flow: (8 + 1) * 2 * (2 + 2 + 1), prior: 0 });
    expect(runCounter.runs - before > 0).toBe(engine === 'compiled');
    expect(report).toMatchObject({ steps: 6, seed: 3, engine, binarization: 'dynamic', evalSamples: 5, evalImages: 4 });
    const { logLikelihood, logPrior, logBase, logDet } = report.terms!;
    expect(report.testElbo).toBeCloseTo(logLikelihood + logPrior - logBase + logDet, 3);
    expect(-report.testNll!).toBeGreaterThanOrEqual(report.testElbo!);
    expect(readdirSync(out).toSorted()).toEqual([
      'checkpoints',
      'config.json',
      'events.out.tfevents.flowvae',
      'figures',
      'metrics.jsonl',
      'model.safetensors',
      'report.json',
      'test-scores.safetensors',
    ]);
    expect(figures.map((path) => path.slice(out.length + 1))).toEqual(
      ['samples', 'reconstructions', 'learning-curve'].map((name) => join('figures', `${name}.png`)),
    );
    for (const path of figures) expect([...readFileSync(path).subarray(0, 8)]).toEqual(PNG);
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toEqual(report);
    const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4, 5, 6]);
    const { versions, dataSha256, dataSet, sha256, ...stored } = JSON.parse(
      readFileSync(join(out, 'config.json'), 'utf8'),
    );
    expect(dataSet).toEqual({ shape: [6, 5, 1], form: 'levels', hasMissing: false });
    expect([dataSha256, sha256]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    expect([stored, Object.keys(versions)]).toEqual([
      { ...config({ engine }), ...chosen },
      expect.arrayContaining(['flowvae', 'node', 'tensorflow']),
    ]);
  });

  it('writes the same bytes for the same seed, others for another', async () => {
    const [first, again, other] = [freshPath(), freshPath(), freshPath()];
    const small = { engine, evalImages: 0 };
    await trainRun(config(small), { out: first });
    await trainRun(config(small), { out: again });
    await trainRun(config({ ...small, seed: 4 }), { out: other });
    expect(modelOf(again).equals(modelOf(first))).toBe(true);
    expect(modelOf(other).equals(modelOf(first))).toBe(false);
  });
});

it('a run whose steps were all done keeps their time when it is resumed, also without its report', async () => {
  const out = freshPath();
  const settings = config({ evalImages: 0 });
  const { report } = await trainRun(settings, { out });
  const again = async () => (await trainRun(settings, { out, resume: true })).report.msPerStep;
  expect(report.msPerStep).toBeGreaterThan(0);
  expect(await again()).toBe(report.msPerStep);
  rmSync(join(out, 'report.json'));
  expect(await again()).toBeGreaterThan(0);
});

it('a stopped run saves and draws the trained model, without evaluating it', async () => {
  const out = freshPath();
  const { report } = await trainRun(config(), { out, signal: AbortSignal.abort() });
  expect(report).toMatchObject({
    steps: 0,
    msPerStep: 0,
    testElbo: null,
    testNll: null,
    testElboStandardError: null,
    testNllStandardError: null,
    testInferenceGap: null,
    testInferenceGapStandardError: null,
    evalImages: 0,
    terms: null,
  });
  expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
});

it.each([
  [
    'one image has no standard error',
    { evalImages: 1 },
    { evalImages: 1, testElboStandardError: null, testNllStandardError: null, testInferenceGapStandardError: null },
  ],
  ['no flow has log-det 0', { flow: 'none' }, { terms: expect.objectContaining({ logDet: 0 }) }],
  ['more images than there are', { evalImages: 100 }, { evalImages: 12 }],
] as const)('%s', async (_, changes, expected) => {
  const { report } = await trainRun(config({ ...changes, steps: 1 }), { out: freshPath() });
  expect(report).toMatchObject(expected);
});

it('a gap that is not finite, where a weight is 0 in float32, is null in JSON and not shown', async () => {
  const out = freshPath();
  await trainRun(config({ evalImages: 2, steps: 1 }), { out });
  const { parts } = await openRun(out);
  const evaluation = (await evaluateTest(parts, { progress: { write: () => true } }))!;
  expect(describeEvaluation(evaluationReport(parts, evaluation), 'image')).toMatch(
    /^gap {9}-?\d+\.\d\d ± \d+\.\d\d nats from ELBO/m,
  );
  for (const inferenceGap of [Number.POSITIVE_INFINITY, Number.NaN]) {
    const report = evaluationReport(parts, { ...evaluation, inferenceGap, inferenceGapStandardError: Number.NaN });
    expect([report.testInferenceGap, report.testInferenceGapStandardError]).toEqual([null, null]);
    expect(describeEvaluation(report, 'image')).not.toContain('gap');
  }
});

it('openRun opens a run with the trained parameters and other evaluation settings', async () => {
  const out = freshPath();
  await trainRun(config({ evalImages: 0 }), { out });
  const { parts } = await openRun(out, { evalSamples: 9 });
  expect(parts.config).toEqual({ ...config({ evalImages: 0 }), ...chosen, evalSamples: 9 });
  const bytes = Object.values(parts.model.variables).reduce((sum, { size }) => sum + 4 * size, 0);
  const parameters = Buffer.concat(
    Object.values(parts.model.variables).map((variable) => Buffer.from(Float32Array.from(variable.dataSync()).buffer)),
  );
  expect(modelOf(out).subarray(-bytes).equals(parameters)).toBe(true);
});

it('trainRun touches nothing if data or folder cannot be used', async () => {
  const out = freshPath();
  await expect(trainRun(config({ batch: 51 }), { out })).rejects.toThrow(
    '--batch: expected a whole number from 1 to 50',
  );
  expect(existsSync(out)).toBe(false);
});
