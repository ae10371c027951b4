// `flowvae density` from data to report: a run as those of train, resumed to the same bytes, and refusals.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunFolder } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Note } from '../../../packages/flowvae/src/command/help/help-layout.ts';
import { moduleInHelp } from '../../../packages/flowvae/src/command/help/module-in-help.ts';
import { moduleNotes } from '../../../packages/flowvae/src/command/help/module-notes.ts';
import { withSetting } from '../../../packages/flowvae/src/command/help/own-setting-hint.ts';
import { densitySettings } from '../../../packages/flowvae/src/density/density-settings.ts';
import { flowvaeHere, type JsonReport, jsonHere } from '../in-process.ts';
import { freshPath } from '../tiny-run.ts';
import { judged, numbers, pictures, short } from './density-data.ts';

const data = pictures();
const whole = freshPath();
let report: JsonReport;
let told: string;
beforeAll(async () => {
  const { stdout, stderr } = await flowvaeHere([
    'density',
    '--data',
    data,
    ...short,
    ...judged,
    '--out',
    whole,
    '--json',
    '--verbose',
  ]);
  report = JSON.parse(stdout);
  told = stderr;
});

const bytesOf = (run: string) => readFileSync(join(run, 'model.safetensors'));

describe('flowvae density', () => {
  it('reports the bound, the estimate and bits per dimension', () => {
    expect(report.testBitsPerDimension).toBeCloseTo(report.testNll / (16 * Math.LN2), 10);
    expect(report.testNll).toBeLessThanOrEqual(-report.testElbo);
    expect([report.steps, report.evalImages, report.evalSamples]).toEqual([6, 6, 5]);
    expect(report.config.experiment).toMatchObject({ module: null, builtIn: 'density' });
    expect(report.config.experiment.settings).toMatchObject({ model: 'auto', depth: 1, width: 3, levels: 2 });
  });

  it('names the flow that it chose', () => {
    expect(told).toContain('density by glow');
  });

  it('says its own settings, and none of a VAE', () => {
    expect(told).toMatch(/^set\.depth +1$/m);
    expect(told).toMatch(/^steps +6$/m);
    expect(told).not.toMatch(/^(flow|latent|likelihood) /m);
  });

  it('goes on after a stop to the same bytes, by either command', async () => {
    const run = freshPath();
    const begun = ['density', '--data', data, ...short, '--eval-images', '0', '--out', run];
    await jsonHere(...begun, '--until', '2');
    await jsonHere('density', '--resume', run, '--until', '4');
    await jsonHere('train', '--resume', run);
    expect(bytesOf(run).equals(bytesOf(whole))).toBe(true);
  });

  it('is the experiment density of train, and takes its config again', async () => {
    const run = freshPath();
    const set = ['--set', 'depth=1', '--set', 'width=3'];
    const asked = ['--config', join(whole, 'config.json'), '--eval-images', '0', '--out', run];
    await jsonHere('train', 'density', ...asked, ...set);
    expect(bytesOf(run).equals(bytesOf(whole))).toBe(true);
  });

  it('trains the other flows, variational dequantisation, bits and rows of numbers', async () => {
    const run = (...flags: string[]) =>
      jsonHere('density', ...short.slice(4), ...judged, '--out', freshPath(), ...flags);
    const small = ['--data', data, '--depth', '1', '--width', '2'];
    const nice = await run(...small, '--model', 'nice', '--dequantisation', 'variational');
    expect(nice.testBitsPerDimension).toBeGreaterThan(0);
    const bits = await run(...small, '--model', 'realnvp', '--levels', '1', '--binarize', 'threshold');
    expect(bits.testElbo).toBeLessThan(0);
    const rows = await run('--data', numbers());
    expect(Math.abs(rows.testNll + rows.testElbo)).toBeLessThan(1e-4); // exact
    expect(rows.testBitsPerDimension).toBe(null);
  });
});

it.each([
  ['density', short],
  ['train', ['--latent', '2', '--hidden', '4', '--flow', 'none', '--steps', '2', '--batch', '10']],
] as const)('flowvae %s tells that no rows are left to judge the model by', async (command, flags) => {
  const words = [command, '--data', data, '--splits', '0.9/0.1/0', ...flags, '--quiet'];
  const { code, stderr } = await flowvaeHere([...words, '--out', freshPath()]);
  const notice = 'the data have no test rows, so the run is not evaluated: pass --splits with a share for the test';
  expect([code, stderr]).toEqual([0, `${notice}, or more data\n`]);
  expect((await flowvaeHere([...words, '--out', freshPath(), '--eval-images', '0'])).stderr).toBe('');
});

it.each(['train', 'sweep'])('flowvae %s density --help lists all settings of densities', async (command) => {
  const [note] = await moduleNotes(moduleInHelp([command, 'density', '--help'])!);
  const { items } = note as Exclude<Note, string>;
  expect(Object.keys(items)).toEqual(Object.keys(densitySettings).map((name) => `--set ${name}=…`));
  expect(items['--set map=…']).toMatch(/affine, additive, spline \(default: "affine"\)$/);
});

describe('flowvae density refuses', () => {
  it.each([
    [
      'a flow that it does not know',
      ['--model', 'glwo'],
      '--model: expected nice, realnvp, glow, or a flow formula such as maf*5, got glwo; did you mean glow?',
    ],
    [
      'sides that cannot be halved so often',
      ['--levels', '3'],
      '--levels: expected height and width that can be halved 3 times, got pictures of 4 x 4; pass --levels 2, --size 8 for a folder of pictures, or --model nice\n',
    ],
    [
      'levels of nice',
      ['--model', 'nice', '--levels', '1'],
      '--levels: expected no value of its own beside --model nice, got 1',
    ],
    [
      'levels of nice that are the default',
      ['--model', 'nice', '--levels', '2'],
      '--levels: expected no value of its own beside --model nice, got 2',
    ],
    [
      'sizes beside a formula',
      ['--model', 'maf*2', '--width', '5'],
      '--width: expected no value of its own beside the formula maf*2, got 5',
    ],
    ['a setting of another value', ['--alpha', '0.5'], '--alpha: expected a number above 0, at most 0.49'],
  ])('%s', async (_, flags, message) => {
    const { code, stderr } = await flowvaeHere(['density', '--data', data, '--out', freshPath(), ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each([
    [
      ['--gradient', 'stl'],
      'scored at any z, as --gradient stl needs, got a model that has none; take --gradient path',
    ],
    [['--objective', 'free-bits(1)'], 'as prior, got a model that has none; take --objective elbo'],
  ])('what asks more of a posterior than a density has: %s', async (flags, message) => {
    const command = ['train', 'density', '--data', data, ...['--set', 'depth=1'], '--out', freshPath(), ...flags];
    const { code, stderr } = await flowvaeHere(command);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('flows of pictures and noise for rows of numbers', async () => {
    const rows = numbers();
    for (const [flags, message] of [
      [
        ['--model', 'glow'],
        '--model: expected a flow formula such as maf*5, for the data are rows, got glow; pass --shape <height>x<width> if they are pictures\n',
      ],
      [['--model', 'glwo'], 'got glwo; did you mean glow?'],
      [['--alpha', '0.1'], '--alpha: expected no value of its own beside numbers, got 0.1'],
      [['--model', 'realnvp*2-positive'], '--model: expected flows onto all of the space, got positive'],
    ] as const) {
      const { code, stderr } = await flowvaeHere(['density', '--data', rows, '--out', freshPath(), ...flags]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it('flows of pictures for flat pictures, and tells their shape', async () => {
    for (const [width, shape] of [
      [256, '16x16'],
      [48, '4x4x3'],
    ] as const) {
      const { stderr } = await flowvaeHere(['density', '--data', numbers(width), '--model', 'realnvp']);
      expect(stderr).toContain(`got realnvp; pass --shape ${shape} if they are pictures\n`);
    }
  });

  it.each([
    [['train', 'density', '--model', 'nice'], '; did you mean --set model=nice?\n'],
    [['sweep', 'density', '--grid', 'model=nice,glow'], '; did you mean set.model?\n'],
  ])('its settings as options of other commands: %s', async (words, remedy) => {
    const { code, stderr } = await flowvaeHere(words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(remedy)]);
  });

  it.each([
    ['sweep density --depth 3', "error: unknown option '--depth'; did you mean --set depth=3?\n"],
    ['train density --depth=3', "error: unknown option '--depth=3'; did you mean --set depth=3?\n"],
    ['train my.ts --wide 3', "error: unknown option '--wide'; a setting of my.ts is given as --set wide=3\n"],
    ['sweep density --dept 3', undefined],
    ['evaluate density --depth 3', undefined],
  ])('an unknown option: %s', (text, expected) => {
    const words = text.split(' ');
    const option = words.find((word) => word.startsWith('--'));
    const line = `error: unknown option '${option}'\n(Did you mean --help?)\n`;
    expect(withSetting(line, words)).toBe(expected ?? line);
  });

  it('runs of a version without one of its settings', async () => {
    const run = freshPath();
    await jsonHere('density', '--data', data, ...short, '--eval-images', '0', '--out', run, '--activation', 'elu');
    const folder = RunFolder.claimed(run);
    const { experiment } = folder.readConfig() as { experiment: { settings: Record<string, unknown> } };
    expect(experiment.settings.activation).toBe('elu');
    expect(bytesOf(run).equals(bytesOf(whole))).toBe(false); // the default is relu
    const { activation: _, ...settings } = experiment.settings;
    folder.changeConfig({ experiment: { ...experiment, settings } });
    for (const command of [
      ['evaluate', run],
      ['density', '--resume', run],
    ]) {
      const { code, stderr } = await flowvaeHere(command);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('expected the setting activation, got a run without'),
      ]);
    }
  });

  it('settings beside --resume, and runs of other commands', async () => {
    const { stderr } = await flowvaeHere(['density', '--resume', whole, '--width', '3']);
    expect(stderr).toContain('--width: expected none beside --resume, got 3');
    const vae = freshPath();
    mkdirSync(vae);
    writeFileSync(join(vae, 'config.json'), JSON.stringify({ data, steps: 1 }));
    const { code, stderr: other } = await flowvaeHere(['density', '--resume', vae]);
    expect([code, other]).toEqual([2, expect.stringContaining('expected a run of flowvae density')]);
  });
});

// the last one: the wasm backend stays
it('flowvae density gives the same numbers kernel by kernel, on the wasm backend', async () => {
  const run = ['density', '--data', data, ...short, ...judged, '--out', freshPath(), '--engine', 'eager'];
  const eager = await jsonHere(...run);
  expect(eager.engine).toBe('eager');
  expect(Math.abs(eager.testNll - report.testNll)).toBeLessThan(0.01);
});
