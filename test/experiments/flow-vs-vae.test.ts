// The comparison of a flow with a VAE: its verdicts, its models' sizes, and trainings that fill a given time.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawNormal, key, mlpVae, parameterCount, parseLikelihood, pictureFlow } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { comparisonTables, updateComparisonPage } from '../../experiments/flow-vs-vae/comparison.ts';
import {
  betterOf,
  type Estimate,
  meanOf,
  measureOf,
  medianOf,
  pairedMeasure,
} from '../../experiments/flow-vs-vae/estimates.ts';
import { scales } from '../../experiments/flow-vs-vae/models.ts';
import { readOptions } from '../../experiments/flow-vs-vae/options.ts';
import { timedRun } from '../../experiments/flow-vs-vae/timed-run.ts';
import vae from '../../experiments/flow-vs-vae/vae.ts';
import { pictures } from '../flowvae/density/density-data.ts';
import { freshPath } from '../flowvae/tiny-run.ts';

const words = { name: 'bits', digits: 2 };
const at = (value: number, error = 0): Estimate => ({ value, error });

describe('the verdict on a measurement', () => {
  it.each([
    [at(1, 0.1), at(1.5, 0.1), 'Glow'],
    [at(1.5, 0.1), at(1, 0.1), 'VAE'],
    [at(1, 0.1), at(1.25, 0.1), 'no difference'],
    [at(0), at(3), 'Glow'],
    [at(3), at(3), 'no difference'],
  ])('of %o and %o is %s', (glow, other, better) => {
    expect(betterOf(measureOf(words, glow, other))).toBe(better);
  });

  it('on parameters is whether both are equal within a tenth', () => {
    const of = (parameters: number) => betterOf(measureOf({ ...words, goal: 'equal' }, at(1000), at(parameters)));
    expect([of(901), of(1099), of(899), of(1101)].map((text) => text.startsWith('equal'))).toEqual([
      ...[true, true, false, false],
    ]);
  });

  it('on the same images is that of their differences', () => {
    const hard = Array.from({ length: 50 }, (_, i) => i); // images differ by much more than the models do
    const little = hard.map((value, i) => value + 0.1 + 0.01 * (i % 2));
    const measure = pairedMeasure(words, hard, little);
    expect(measure.difference.value).toBeCloseTo(-0.105, 10);
    expect(measure.difference.error).toBeCloseTo(0.005 * Math.sqrt(50 / 49 / 50), 10);
    expect(betterOf(measure)).toBe('Glow');
    expect(betterOf(measureOf(words, meanOf(hard), meanOf(little)))).toBe('no difference');
  });
});

it('the median of a normal sample has the standard error of a median', () => {
  const medians = Array.from({ length: 300 }, (_, i) => medianOf([...drawNormal(key(i), 41)]));
  const { value, error } = meanOf(medians.map((each) => each.value));
  const spread = error * Math.sqrt(300);
  expect(Math.abs(value)).toBeLessThan(4 * error);
  expect(meanOf(medians.map((each) => each.error)).value / spread).toBeCloseTo(1, 0.6);
});

it('Glow and the VAE of the page are equally large within a tenth', () => {
  const { set, latent } = scales.full.vae.config;
  const { model: _, ...sizes } = scales.full.glow.config.set as { readonly model: string };
  const { paramShapes } = pictureFlow('glow', [28, 28, 1], { ...sizes, key: key(0) });
  const ofFlow = Object.values(paramShapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const likelihood = parseLikelihood(vae.options!.likelihood!);
  const builtIn = (replaced: object) =>
    mlpVae({
      pixels: 784,
      shape: [28, 28, 1],
      latent: latent!,
      hidden: [1],
      activation: 'relu',
      likelihood,
      ...replaced,
      key: key(0),
    });
  const made = vae.model!({ builtIn, settings: set } as never);
  expect([ofFlow, parameterCount(made.variables)]).toEqual([151_456, 149_815]);
});

it('the VAE refuses pictures that it cannot halve twice', () => {
  const builtIn = (replaced: object) =>
    mlpVae({ pixels: 36, shape: [6, 6, 1], latent: 2, hidden: [1], activation: 'relu', ...replaced, key: key(0) });
  const make = () => vae.model!({ builtIn, settings: { width: 2 } } as never);
  expect(make).toThrow('vae: data: expected grey pictures whose sides 4 divides, got 6 x 6 x 1');
});

describe('a training that fills a time', () => {
  const model = scales.smoke.vae;
  const told: string[] = [];
  const progress = { write: (text: string) => told.push(text) };
  const options = {
    dataName: 'ramps',
    data: pictures(),
    minutes: 1e-6,
    threads: 1,
    seed: 1,
    calibration: 3,
    progress,
  };

  it('has at least one step, goes on after a stop, and is not repeated', async () => {
    const [first, runs] = [freshPath(), freshPath()];
    const { training } = await timedRun(model, { ...options, runs: first });
    expect(training).toMatchObject({ steps: 1, calibratedMsPerStep: expect.any(Number) });
    const plan = JSON.parse(readFileSync(join(first, 'vae-ramps.plan.json'), 'utf8'));
    mkdirSync(runs);
    writeFileSync(join(runs, 'vae-ramps.plan.json'), JSON.stringify({ ...plan, steps: 6 }));

    const stop = new AbortController();
    const stopping = {
      write(text: string) {
        if (text.includes('step 1/')) stop.abort();
        return true;
      },
    };
    const stopped = timedRun(model, { ...options, runs, progress: stopping, signal: stop.signal });
    await expect(stopped).rejects.toThrow('aborted');
    const entries = () => readFileSync(join(runs, 'vae-ramps/metrics.jsonl'), 'utf8').trim().split('\n').length;
    expect(entries()).toBeLessThan(6);

    told.length = 0;
    const whole = await timedRun(model, { ...options, runs });
    expect(whole.training.steps).toBe(6);
    expect(entries()).toBe(6);
    expect(whole.training.seconds).toBeCloseTo((6 * whole.training.msPerStep) / 1000, 10);
    expect(told.join('')).not.toContain('timing');

    told.length = 0;
    expect(await timedRun(model, { ...options, runs })).toEqual(whole);
    expect(told).toEqual([]);
    await expect(timedRun(model, { ...options, runs, minutes: 2 })).rejects.toThrow(
      /plan\.json: expected minutes 2, got minutes 0\.000001; pass another folder as --runs/,
    );
  }, 60_000);
});

describe('the options', () => {
  it.each([
    [['--minutes', '0'], "--minutes: expected a number above 0, got '0'"],
    [['--images', '1'], "--images: expected a whole number from 2, got '1'"],
    [['--scale', 'huge'], "--scale: expected one of full, smoke, got 'huge'"],
    [['--minute', '1'], 'options: expected --scale, --minutes'],
  ])('%o are refused', (args, message) => {
    expect(() => readOptions(args, { out: 'here' })).toThrow(message);
  });

  it('of an experiment stand beside the common ones', () => {
    const { options, own } = readOptions(['--out', 'there', '--minutes', '.5', '--json'], { out: 'here', draws: '7' });
    expect(own).toEqual({ out: 'there', draws: '7' });
    expect(options).toMatchObject({ minutes: 0.5, threads: 2, isJson: true, data: 'mnist' });
  });
});

describe('the tables of the comparison', () => {
  const facts = (title: string) => ({
    ...{ title, parameters: 1000, batch: 10, steps: 1234, seconds: 60, msPerStep: 48.6, calibratedMsPerStep: 48 },
    ...{ samples: 10, effectiveSampleSize: 2, paretoKAboveThreshold: null, exactReconstructions: 5 },
  });

  it('name the better model from the numbers', () => {
    const table = (bits: Estimate) =>
      comparisonTables({
        ...{ minutes: 10, threads: 2, images: 5, glow: facts('Glow'), vae: facts('VAE') },
        measures: [measureOf(words, bits, at(1, 0.02))],
      });
    expect(table(at(0.9, 0.02))).toMatch(/\| bits +\| 0\.90 ± 0\.02 \| 1\.00 ± 0\.02 \| −0\.10 ± 0\.03 \| +Glow \|/);
    expect(table(at(1.2, 0.02))).toMatch(/\| 0\.20 ± 0\.03 \| +VAE \|/);
    expect(table(at(1.01, 0.02))).toContain('no difference');
    expect(table(at(1))).toMatch(/\| Glow +\| 1,234 \| +10 \| +60 \| +48\.6 \| +10 \| +2\.0 \| +– \| +5 of 5 \|/);
  });

  it('in the README are those of the committed result', () => {
    expect(updateComparisonPage({ write: false })).toEqual([]);
  });
});
