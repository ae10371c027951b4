// `flowvae train --resume` and `--replay`, `flowvae metrics`: their refusals, messages and files.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  completeConfig,
  decodeSafetensors,
  NonFiniteError,
  replayRun,
  sealed,
  settings,
  type TrainConfig,
  trainRun,
} from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { folderOf, idxImages } from '../datasets/idx-fixtures.ts';
import { flowvae } from '../processes/programs.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

const data = tinyData();
const config = (changes: Partial<TrainConfig> = {}) =>
  completeConfig({ ...tinySettings, data, evalImages: 1, ...changes });
const finished = freshPath();
beforeAll(() => trainRun(config(), { out: finished }));

const tensorsOf = (path: string) => {
  const { tensors } = decodeSafetensors(readFileSync(path), path);
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith('optimizer/')));
};

describe('resuming', () => {
  const takeUp = (out: string, changes: Partial<TrainConfig> = {}, options = {}) => {
    const said: string[] = [];
    const progress = { write: (text: string) => void said.push(text) };
    return trainRun(config(changes), { out, resume: true, progress, ...options }).then(({ report }) => ({
      report,
      said,
    }));
  };

  it('takes no step of a finished run, and gives its report again', async () => {
    const before = JSON.parse(readFileSync(join(finished, 'report.json'), 'utf8'));
    const { report, said } = await takeUp(finished);
    expect(said.slice(0, 2)).toEqual(['going on after step 6\n', 'all 6 steps were done before\n']);
    expect(said.join('')).not.toContain('training');
    expect(report).toEqual({ ...before, peakMemoryMiB: expect.any(Number) });
  });

  it('keeps the diagnostics of a finished run, and of no other parameters', async () => {
    const out = freshPath();
    const path = join(out, 'report.json');
    const reported = () => JSON.parse(readFileSync(path, 'utf8'));
    const examine = () => flowvae(['evaluate', out, '--report', '--quiet']);
    await trainRun(config(), { out, signal: AbortSignal.abort() });
    expect((await examine()).code).toBe(0);
    const ofTheStart = readFileSync(path);
    expect(reported()).toMatchObject({ steps: 0, diagnostics: { data: expect.any(String) } });
    await takeUp(out);
    expect(reported()).not.toHaveProperty('diagnostics');
    writeFileSync(path, ofTheStart); // as if it had been killed in the evaluation
    await takeUp(out);
    expect([reported().steps, reported().diagnostics]).toEqual([6, undefined]);
    expect((await examine()).code).toBe(0);
    const { diagnostics } = reported();
    expect(diagnostics.evaluation.evalImages).toBe(1);
    await takeUp(out);
    expect(reported()).toMatchObject({ steps: 6, diagnostics });
  }, 120_000);

  it('continues a run that is older than some settings', async () => {
    const out = freshPath();
    cpSync(finished, out, { recursive: true });
    // as the first version wrote them
    const first =
      'flow latent hidden data binarize batch steps optimizer lr anneal seed evalSamples evalImages engine threads';
    const older = (config: object) =>
      Object.fromEntries(
        Object.entries(config).filter(([name]) => !(name in settings) || first.split(' ').includes(name)),
      );
    const rewrite = (name: string, change: (content: Record<string, object>) => object) => {
      const { sha256: _, ...content } = JSON.parse(readFileSync(join(out, name), 'utf8'));
      const { threadsShare: __, ...versions } = content.versions;
      writeFileSync(join(out, name), sealed(change({ ...content, versions })));
    };
    rewrite('config.json', older);
    rewrite('checkpoints/step-000000006.json', ({ config, ...rest }) => ({ ...rest, config: older(config!) }));
    const before = { heads: 'plain' } as const; // the values before there was a choice
    const { said } = await takeUp(out, before);
    expect(said[0]).toBe('going on after step 6\n');
    await expect(takeUp(out)).rejects.toThrow(/config\.json: expected heads "plain", got heads "scaled"/);
    await expect(takeUp(out, { ...before, activation: 'tanh' })).rejects.toThrow(
      /config\.json: expected activation "relu", got activation "tanh"; a run goes on with/,
    );
  });

  it.each<[string, Partial<TrainConfig>, RegExp]>([
    [
      'two settings',
      { seed: 4, steps: 7 },
      /config\.json: expected steps 6, seed 3, got steps 7, seed 4; a run goes on with/,
    ],
    ['threads', { threads: 2 }, /expected threads 1, got threads 2; a run goes on with/],
    [
      'other data',
      { data: 'mnist' },
      /^data mnist: expected rows of 6 x 5 x 1 numbers, as the model was trained on, got 28 x/,
    ],
  ])('refuses %s', async (_, changes, text) => {
    await expect(takeUp(finished, changes)).rejects.toThrow(text);
  });

  it('takes other threads if this is allowed', async () => {
    const out = freshPath();
    await trainRun(config(), { out, signal: AbortSignal.abort() });
    const { said, report } = await takeUp(out, { threads: 2 }, { allowDifferentMachine: true });
    expect([said[0], report.steps]).toEqual(['no checkpoint is there: going on from step 0\n', 6]);
  });

  it('names the other versions under which bytes may differ', async () => {
    const out = freshPath();
    await trainRun(config(), { out, signal: AbortSignal.abort() });
    // as another machine would have written it
    const { sha256: _, versions, ...rest } = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    const elsewhere = { ...rest, versions: { ...versions, onnxruntime: '1.0.0' } };
    writeFileSync(join(out, 'config.json'), JSON.stringify(elsewhere));
    await expect(takeUp(out)).rejects.toThrow(
      /got onnxruntime "1\.0\.0" is now "[\d.]+"; the bytes of the result may differ; allow it with `allowDifferentMachine`$/,
    );
    const { said } = await takeUp(out, {}, { allowDifferentMachine: true });
    expect(said[0]).toMatch(/^bytes may differ from a run that was never stopped: onnxruntime/);
  });

  it('refuses other images than the run had', async () => {
    const folder = tinyData();
    const out = freshPath();
    await trainRun(config({ data: folder }), { out, signal: AbortSignal.abort() });
    const file = join(folder, 'train-images-idx3-ubyte');
    const bytes = readFileSync(file);
    bytes[100]! ^= 1;
    writeFileSync(file, bytes);
    await expect(takeUp(out, { data: folder })).rejects.toThrow(
      /expected the data that the run began with, SHA-256 \w+, got SHA-256 \w+; the files were damaged or changed/,
    );
  });
});

describe.sequential('the command', () => {
  it('refuses options that contradict the run, in one line', async () => {
    const lr = await flowvae(['train', '--resume', finished, '--lr', '1e-4']);
    expect([lr.code, lr.stdout]).toEqual([2, '']);
    expect(lr.stderr).toMatch(
      /^flowvae: [^\n]+config\.json: expected lr 0\.001, got lr 0\.0001; a run goes on with[^\n]+\n$/,
    );
    const out = await flowvae(['train', '--resume', finished, '--out', 'elsewhere']);
    const expected = 'flowvae: --out: expected no other folder than the one that --resume names, got elsewhere\n';
    expect([out.code, out.stderr]).toEqual([2, expected]);
  });

  it('refuses a replay of a run that did not fail, and other options beside it', async () => {
    const { code, stderr } = await flowvae(['train', '--replay', finished]);
    const words = 'expected a run that stopped at a value that is not finite, got a folder without non-finite.json';
    expect([code, stderr]).toEqual([2, `flowvae: ${finished}: ${words}\n`]);
    const both = await flowvae(['train', '--replay', finished, '--resume', finished]);
    expect([both.code, both.stderr]).toEqual([
      2,
      'flowvae: --resume: expected only --data, --model, --plugin, --changed-model, --json, --quiet and --verbose beside --replay, got it\n',
    ]);
  });

  it('gives metrics as CSV: a column for each number, a row for each entry', async () => {
    const file = freshPath();
    const { code, stdout } = await flowvae(['metrics', finished, '--out', file]);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\r\n');
    const [header, ...rows] = lines.map((line) => line.split(','));
    const terms = ['elbo', 'logLikelihood', 'logPrior', 'logBase', 'logDet'];
    expect([code, stdout, header]).toEqual([0, '', ['step', 'loss', ...terms, 'gradientNorm', 'msPerStep']]);
    const entries = entriesOf(finished);
    expect(rows.map((row) => [Number(row[0]), Number(row[2])])).toEqual(
      entries.map(({ step, terms }) => [step, terms.elbo]),
    );
  });
});

const entriesOf = (run: string) =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('validation', () => {
  it('is logged, stops training, and leaves the model of the best bound', async () => {
    const out = freshPath();
    // a rate at which the bound gets worse soon
    const { report } = await trainRun(config({ steps: 400, lr: 0.3, validateEvery: 5, patience: 2 }), { out });
    const lines = entriesOf(out);
    const validations = lines
      .filter(({ validation }) => validation)
      .map(({ step, validation }) => [step, validation.elbo]);
    const best = validations.reduce((a, b) => (b[1] > a[1] ? b : a));
    expect(validations.map(([step]) => step)).toEqual(validations.map((_, i) => 5 * (i + 1)));
    expect(report.steps).toBe(best[0] + 10);
    expect(report.steps).toBeLessThan(400);
    const name = `step-${String(best[0]).padStart(9, '0')}.safetensors`;
    expect(readdirSync(join(out, 'checkpoints'))).toContain(name);
    expect(tensorsOf(join(out, 'model.safetensors'))).toEqual(tensorsOf(join(out, 'checkpoints', name)));
  });

  it('that was stopped before the first says that no best bound chose the model', async () => {
    const said: string[] = [];
    const progress = { write: (text: string) => void said.push(text) };
    const stopped = { out: freshPath(), signal: AbortSignal.abort(), progress };
    await trainRun(config({ validateEvery: 5, keep: 'best' }), stopped);
    expect(said).toContain('no validation was measured yet: the model is the one of the last step\n');
  });

  it('needs images: refused before anything is written', async () => {
    const out = freshPath();
    const five = folderOf({
      'train-images-idx3-ubyte': idxImages(5, 6, 5),
      't10k-images-idx3-ubyte': idxImages(5, 6, 5),
    });
    await expect(trainRun(config({ data: five, batch: 5, validateEvery: 1 }), { out })).rejects.toThrow(
      '--validate-every: expected data with validation rows, got none; pass --splits with a share for validation, or more data',
    );
    expect(existsSync(out)).toBe(false);
  });
});

it('a run that stops being finite says where, keeps a good checkpoint, and shows the step again', async () => {
  const out = freshPath();
  const diverging = config({ steps: 300, optimizer: 'sgd', lr: 10 });
  const failure = await trainRun(diverging, { out }).catch((error) => error);
  expect(failure).toBeInstanceOf(NonFiniteError);
  const { step, batch } = failure.place;
  expect(failure.message).toMatch(new RegExp(`^fit: step ${step}, noise key [0-9a-f:]{17}: expected a finite loss, `));
  expect(JSON.parse(readFileSync(join(out, 'non-finite.json'), 'utf8'))).toMatchObject({ ...failure.place, batch });
  expect(readdirSync(join(out, 'checkpoints'))).toContain(`step-${String(step).padStart(9, '0')}.json`);

  const { recorded, inspection } = await replayRun(out);
  expect([recorded.message, inspection.step]).toEqual([failure.message, step]);
  expect([...inspection.terms, ...inspection.gradients].some(({ nonFinite }) => nonFinite > 0)).toBe(true);
  expect(inspection.parameters.every(({ nonFinite }) => nonFinite === 0)).toBe(true);
  const told = await flowvae(['train', '--replay', out]);
  expect(told.stdout).toContain(`${failure.message}\nstep ${step} again, eagerly: loss `);
  expect(told.stdout).toContain('\ngradients:\n');

  await expect(trainRun(diverging, { out, resume: true })).rejects.toThrow(failure.message);
  const skipping = trainRun({ ...diverging, onNonFinite: 'skip' }, { out, resume: true, signal: AbortSignal.abort() });
  const { report, figures } = await skipping;
  expect(report.steps).toBe(step);
  expect(figures).toContainEqual(expect.stringContaining('reconstructions.png')); // though its posterior gives NaN
  expect(existsSync(join(out, 'non-finite.json'))).toBe(false);
});
