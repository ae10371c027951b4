// Every likelihood trains, compiled, and its run opens again: evaluated, sampled, drawn by means; each is held to the data that it is for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, key, likelihoods, openRun, runCounter, type TrainConfig, trainRun } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { evaluateTest } from '../../packages/flowvae/src/evaluate-test.ts';
import { samplesFigure } from '../../packages/flowvae/src/pictures.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

const data = tinyData();
const config = (changes: Partial<TrainConfig>) => completeConfig({ ...tinySettings, steps: 4, data, ...changes });
const names = [...likelihoods.map(({ name }) => name), 'gaussian(0.1)'];
const formOf = (name: string) => likelihoods.find((each) => each.name === name)?.data ?? 'grey';

describe.each(names)('%s', (likelihood) => {
  const isLevels = formOf(likelihood) === 'levels';
  const binarize = formOf(likelihood) === 'bits' ? 'dynamic' : 'none';
  const threads = isLevels ? 2 : 1; // rows of a batch shared between threads

  it('trains, is recorded, and opens again', async () => {
    const out = freshPath();
    const before = runCounter.runs;
    const { report, figures } = await trainRun(config({ likelihood, binarize, threads }), { out });
    expect(runCounter.runs).toBeGreaterThan(before);
    expect(report).toMatchObject({ steps: 4, engine: 'compiled', binarization: binarize });
    expect([report.testElbo, report.testNll].every(Number.isFinite)).toBe(true);
    expect(figures).toHaveLength(3);
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')).likelihood).toBe(likelihood);
    const bits = report.testNll! / (30 * Math.log(2));
    if (isLevels) expect(report.testBitsPerDimension).toBeCloseTo(bits, 9);
    else expect(report.testBitsPerDimension).toBe(null);

    const { parts } = openRun(out);
    const own = Object.keys(parts.model.variables).filter((path) => path.startsWith('likelihood/'));
    expect(own).toEqual(likelihood === 'gaussian' ? ['likelihood/logStd'] : []);
    const evaluation = await evaluateTest(parts, { write: () => true });
    expect([evaluation!.elbo, evaluation!.nll]).toEqual([report.testElbo, report.testNll]);
    expect(samplesFigure(parts, 2, key(1)).length).toBeGreaterThan(100);
  });

  it('refuses data of another form, and says what to pass', () => {
    const other = binarize === 'none' ? 'static' : 'none';
    const [wanted, remedy] =
      binarize === 'none'
        ? ['none', /; pass --binarize none, or --likelihood bernoulli$/]
        : [
            'dynamic, static or threshold',
            /; pass --binarize dynamic, or --likelihood continuous-bernoulli, gaussian, .*$/,
          ];
    const attempt = () => config({ likelihood, binarize: other });
    expect(attempt).toThrow(`--binarize: expected ${wanted}, for the likelihood ${likelihood} is one of `);
    expect(attempt).toThrow(remedy);
    expect(() => completeConfig({ likelihood, binarize: other }, 'a.json')).toThrow('a.json: binarize: expected ');
  });
});

it('a name that is none is refused before anything is made', () => {
  expect(() => config({ likelihood: 'poisson' })).toThrow(/^likelihood 'poisson': expected one of bernoulli, /);
});
