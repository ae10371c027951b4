// The command as users start it: stdout, stderr, exit codes, and the files that it leaves.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, openRun, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AnnealedReport, describeAnnealed } from '../../packages/flowvae/src/run/annealed-test.ts';
import { flowvae, type Outcome } from '../processes/programs.ts';
import { corruptData, freshPath, tinyData, tinyFlags, tinySettings } from './tiny-run.ts';

const data = tinyData();
const trained = freshPath();
let outcome: Outcome;
let report: Record<string, unknown>;

beforeAll(async () => {
  outcome = await flowvae(['train', '--json', ...tinyFlags(data), '--out', trained]);
  report = JSON.parse(outcome.stdout);
});

/** The run's own facts in every report. */
const RUN_KEYS = ['flow', 'K', 'config', 'version'];

const EVALUATION_KEYS = [
  'testNllPerDimension',
  'binarization',
  'testElbo',
  'testNll',
  'testElboStandardError',
  'testNllStandardError',
  'testInferenceGap',
  'testInferenceGapStandardError',
  'testBitsPerDimension',
  'evalSamples',
  'evalImages',
  'effectiveSampleSize',
  'maxNormalisedWeight',
  'paretoKAboveThreshold',
  'terms',
];

describe('train --json', () => {
  it('prints one object on stdout, with exactly the keys that are promised', () => {
    expect(outcome.code).toBe(0);
    expect(outcome.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(Object.keys(report).toSorted()).toEqual(
      [
        ...EVALUATION_KEYS,
        ...RUN_KEYS,
        'steps',
        'seed',
        'engine',
        'msPerStep',
        'parameters',
        'peakMemoryMiB',
        'runFolder',
        'figures',
      ].toSorted(),
    );
    expect(report.runFolder).toBe(trained);
    expect((report.figures as string[]).filter((path) => existsSync(path))).toHaveLength(3);
    const terms = report.terms as Record<string, number>;
    expect(Object.keys(terms)).toEqual(['logLikelihood', 'logPrior', 'logBase', 'logDet']);
    expect(report.testElbo).toBeCloseTo(terms.logLikelihood! + terms.logPrior! - terms.logBase! + terms.logDet!, 3);
    expect(report).toMatchObject({ steps: 6, seed: 3, engine: 'compiled', evalImages: 4, evalSamples: 5 });
    expect(report.effectiveSampleSize).toBeGreaterThan(1);
    expect(report.effectiveSampleSize).toBeLessThan(5);
    expect(report.paretoKAboveThreshold).toBeNull(); // five samples have no tail
  });

  it('says nothing but its data and progress on stderr', () => {
    const [first, ...lines] = outcome.stderr.trimEnd().split('\n');
    expect(first).toMatch(
      /^data {8}\S+: 72 images of 6 x 5 \(50 \/ 10 \/ 12\); likelihood bernoulli, dynamic binarisation$/,
    );
    expect(
      lines.filter((line) => !/^(training 6 steps, compiled engine|step \d+\/6 .*|test image \d+\/4 .*)$/.test(line)),
    ).toEqual([]);
  });
});

describe.concurrent('a user’s mistake is one line, exit code 2, and no folder', () => {
  const file = join(freshPath(), '..', 'a-file');
  const full = freshPath();
  beforeAll(() => {
    writeFileSync(file, '');
    mkdirSync(full);
    writeFileSync(join(full, 'mine'), 'precious');
  });
  const out = () => ['--out', freshPath()];
  it.concurrent.each<[string, string[], RegExp]>([
    ['an unknown option', ['train', '--steps', '1', '--layers', '3', ...out()], /unknown option '--layers'/],
    [
      'a bad value',
      ['train', '--steps', '1e3', ...out()],
      /--steps: expected a whole number from 1 to 1000000000, got '1e3'/,
    ],
    [
      'a factor of the rate that changes nothing',
      ['train', '--lr-factor', '0.1', ...out()],
      /--lr-factor: expected --lr-milestones beside it, got 0\.1/,
    ],
    [
      'an epsilon that changes nothing',
      ['train', '--optimizer', 'sgd', '--epsilon', '1e-7', ...out()],
      /--epsilon: expected another --optimizer than sgd, which divides the gradient by nothing, got 1e-7/,
    ],
    [
      'an unknown formula',
      ['train', '--flow', 'planr*3', ...out()],
      /flow formula 'planr\*3': expected .*'planr' at character 1/,
    ],
    [
      'a missing data folder',
      ['train', '--data', '/no/such/folder', ...out()],
      /^flowvae: data \/no\/such\/folder: expected mnist, a file or a folder, got nothing of that name/,
    ],
    [
      'a corrupt IDX file',
      ['train', ...tinyFlags(corruptData()), ...out()],
      /train-images-idx3-ubyte: expected 1816 bytes .*got 1815 bytes/,
    ],
    [
      'a batch larger than the set',
      ['train', ...tinyFlags(data), '--batch', '51', ...out()],
      /--batch: expected a whole number from 1 to 50.*got 51/,
    ],
    [
      'a folder that holds something',
      ['train', ...tinyFlags(data), '--out', full],
      /--out .*: expected a new or empty folder, got a folder with mine/,
    ],
    [
      'a folder inside a file',
      ['train', ...tinyFlags(data), '--out', join(file, 'run')],
      /expected a folder, got a file; name another/,
    ],
  ])('%s', async (_, args, text) => {
    const { code, stdout, stderr } = await flowvae(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(text);
    expect(stderr).toMatch(/^flowvae: [^\n]+\n$/);
    const folder = args.at(-1)!;
    if (folder === full) expect(readdirSync(full)).toEqual(['mine']);
    else expect(existsSync(folder)).toBe(false);
  });
});

describe.concurrent('the commands for a finished run', () => {
  it('evaluate gives the numbers of the run’s own report', async () => {
    const { code, stdout } = await flowvae(['evaluate', trained, '--json']);
    const wanted = Object.fromEntries([...EVALUATION_KEYS, ...RUN_KEYS].map((name) => [name, report[name]]));
    expect([code, JSON.parse(stdout)]).toEqual([0, { ...wanted, engine: report.engine }]);
  });

  it('evaluate --ais --simulated bounds log p(x) of simulated images on both sides, the same each time', async () => {
    const args = [
      'evaluate',
      trained,
      '--json',
      '--eval-images',
      '2',
      '--ais',
      '8',
      '--chains',
      '3',
      '--simulated',
      '5',
    ];
    const [{ code, stdout, stderr }, again] = await Promise.all([flowvae(args), flowvae([...args, '--threads', '2'])]);
    const { evalImages, ais } = JSON.parse(stdout);
    expect([code, evalImages]).toEqual([0, 2]);
    expect(ais).toMatchObject({ simulated: true, images: 5, chains: 3, temperatures: 8 });
    expect(ais.gap).toBeCloseTo(ais.reverse.logEvidence - ais.forward.logEvidence, 9);
    expect(Math.abs(ais.gap)).toBeLessThan(2);
    expect(Math.abs(ais.importanceLogEvidence - ais.forward.logEvidence)).toBeLessThan(2);
    expect(stderr).toMatch(/annealing \d+ % .* 5 images, 3 chains each, 8 temperatures/);
    expect(again.stdout).toBe(stdout);
  });

  it('evaluate --ais --simulated refuses draws that no image can show, before it evaluates', async () => {
    const out = freshPath();
    const settings = {
      ...tinySettings,
      likelihood: 'logit-normal',
      binarize: 'none',
      steps: 1,
      evalImages: 0,
    } as const;
    await trainRun(completeConfig({ ...settings, data: tinyData() }), { out });
    const { code, stdout, stderr } = await flowvae(['evaluate', out, '--ais', '4', '--simulated', '50']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^flowvae: --simulated: likelihood logit-normal: expected pixels strictly between 0 and 1, .*, got \d+ of 1500 pixels at an end; leave --simulated out: .*\n$/,
    );
  });

  it('evaluate --ais of test images gives the lower bound only', async () => {
    const { code, stdout } = await flowvae(['evaluate', trained, '--eval-images', '2', '--ais', '4', '--chains', '2']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\nlog p\(x\) {4}at least -\d+\.\d\d ± \d+\.\d\d nats in expectation.*\n +2 test images, 2 chains each/,
    );
  });

  it('evaluate refuses a path without a temperature between its ends, and a word on acceptance needs a transition', async () => {
    const { code, stderr } = await flowvae(['evaluate', trained, '--ais', '1']);
    expect([code, stderr]).toEqual([2, "flowvae: --ais: expected a whole number from 2 to 1000000, got '1'\n"]);
    const direction = { logEvidence: -90, logEvidenceStandardError: 1, effectiveSampleSize: 2 };
    const said = (acceptance: number) =>
      describeAnnealed(
        {
          simulated: false,
          images: 3,
          chains: 4,
          temperatures: 1,
          forward: { ...direction, acceptance },
        } as AnnealedReport,
        'image',
      );
    expect(said(Number.NaN)).toMatch(/ 1 temperatures, effective chains 2\.0$/);
    expect(said(0.5)).toMatch(/ 1 temperatures, acceptance 0\.50, effective chains 2\.0$/);
  });

  it.each([
    [
      ['evaluate', '--eval-images', '0'],
      '--eval-images: expected at least one image to evaluate, got 0; name a number',
    ],
    [['sample', '--out', 'a.jpg'], '--out: expected a name that ends in .png, .npy, .safetensors or .csv, got a.jpg'],
  ])('%j is a mistake', async ([command, ...flags], text) => {
    const { code, stdout, stderr } = await flowvae([command!, trained, ...flags]);
    expect([code, stdout, stderr]).toEqual([2, '', `flowvae: ${text}\n`]);
  });

  it('evaluate refuses how to anneal without --ais', async () => {
    const alone = await flowvae(['evaluate', trained, '--chains', '2']);
    expect([alone.code, alone.stdout]).toEqual([2, '']);
    expect(alone.stderr).toBe('flowvae: --chains: expected --ais <n> beside it, got no --ais\n');
  });

  it('sample draws the picture of the run’s own seed, and says where it is', async () => {
    const { code, stdout } = await flowvae(['sample', trained, '--seed', '3']);
    const path = join(trained, 'figures', 'samples-seed3.png');
    expect([code, stdout]).toEqual([0, `figure      ${path}\n`]);
    expect(readFileSync(path).equals(readFileSync(join(trained, 'figures', 'samples.png')))).toBe(true);
  });

  it('refuse a folder that is no run', async () => {
    const { code, stdout, stderr } = await flowvae(['evaluate', freshPath()]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^flowvae: [^\n]+: expected the folder of a finished run, got no such folder; [^\n]+\n$/);
  });
});

describe('a run folder that was damaged is refused', () => {
  const copy = () => {
    const folder = freshPath();
    cpSync(trained, folder, { recursive: true });
    return folder;
  };

  it('where the model is cut', async () => {
    const folder = copy();
    truncateSync(join(folder, 'model.safetensors'), 500);
    await expect(openRun(folder)).rejects.toThrow(
      /model\.safetensors: expected .*; the file is damaged or of another kind$/,
    );
  });

  it.each([
    [
      '"latent"',
      '"latents"',
      /config\.json: latents: expected one of .*, got an unknown setting; did you mean latent\?$/,
    ],
    [
      '"latent": 2',
      '"latent": 3',
      /model\.safetensors: expected .*; the model was trained with another config, or on images of another size$/,
    ],
    ['"latent": 2', '"latent": "2"', /config\.json: latent: expected a whole number from 1 to 65536, got "2"$/],
    ['{', '[', /config\.json: expected a JSON object, got /],
  ])('where its config says %s → %s', async (from, to, text) => {
    const folder = copy();
    const path = join(folder, 'config.json');
    const written = readFileSync(path, 'utf8');
    writeFileSync(path, written.replace(from, to).replace(/,\n {2}"sha256": "\w+"/, ''));
    await expect(openRun(folder)).rejects.toThrow(text);
    writeFileSync(path, written.replace(from, to));
    await expect(openRun(folder)).rejects.toThrow(
      /config\.json: expected (a JSON object|the text that was written, by its SHA-256), got /,
    );
  });
});

it('train --help exits with 0', async () => {
  const { code, stdout, stderr } = await flowvae(['train', '--help']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: flowvae /);
});
