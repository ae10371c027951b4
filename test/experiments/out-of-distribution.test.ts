// Scores of data from another distribution: the area under the curve, the histograms, the words; and both experiments
// with flows and VAEs from their commands, at their smallest.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawUniform, fold, key } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { betterOf, meanOf } from '../../experiments/flow-vs-vae/estimates.ts';
import { auroc } from '../../experiments/out-of-distribution/auroc.ts';
import { updateFindings, verdictOf } from '../../experiments/out-of-distribution/findings.ts';
import { histogramOf, outlineOf } from '../../experiments/out-of-distribution/histogram.ts';
import { pictures } from '../flowvae/density/density-data.ts';
import { program } from '../processes/programs.ts';

/** Counts all pairs. */
function counted(inside: readonly number[], outside: readonly number[]): number {
  const pairs = inside.flatMap((a) => outside.map((b) => (b < a ? 1 : b === a ? 0.5 : 0)));
  return pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length;
}

describe('the area under the curve', () => {
  it('is the share of pairs in which the score outside is lower, ties by half', () => {
    for (let seed = 0; seed < 20; seed++) {
      const rounded = (name: string, n: number, shift: number) =>
        [...drawUniform(fold(key(seed), name), n)].map((value) => Math.round(8 * value + shift));
      const [inside, outside] = [rounded('inside', 13, seed / 5), rounded('outside', 9, 0)];
      expect(auroc(inside, outside).value).toBeCloseTo(counted(inside, outside), 12);
      expect(auroc(outside, inside).value).toBeCloseTo(1 - counted(inside, outside), 12);
    }
  });

  it('is 1, ½ or 0 at the ends, without or with an error', () => {
    expect(auroc([3, 4, 5], [0, 1])).toEqual({ value: 1, error: 0 });
    expect(auroc([0, 1], [3, 4, 5])).toEqual({ value: 0, error: 0 });
    expect(auroc([1, 1], [1, 1, 1]).value).toBe(0.5);
  });

  it('has the standard error of repeated samples', () => {
    const exponential = (name: string, scale: number, seed: number) =>
      [...drawUniform(fold(key(seed), name), 60)].map((value) => -scale * Math.log(value + 1e-9));
    const found = Array.from({ length: 400 }, (_, seed) =>
      auroc(exponential('inside', 2, seed), exponential('outside', 1, seed)),
    );
    const { value, error } = meanOf(found.map((each) => each.value));
    expect(Math.abs(value - 2 / 3)).toBeLessThan(4 * error);
    const ratio = meanOf(found.map((each) => each.error)).value / (error * Math.sqrt(400));
    expect(Math.abs(ratio - 1)).toBeLessThan(0.15);
  });

  it.each([
    [0.6, 0.04, 'lower'],
    [0.4, 0.04, 'higher'],
    [0.57, 0.04, 'no difference'],
    [0, 0, 'higher'],
  ] as const)('of %d ± %d says that log p is %s', (value, error, verdict) => {
    expect(verdictOf({ value, error })).toBe(verdict);
  });
});

describe('a histogram of scores', () => {
  const mnist = Array.from({ length: 500 }, (_, i) => i);
  const histogram = histogramOf({ mnist, fashion: [...mnist.map((value) => 200 + value), -1e6, 1e6] });

  it('counts every score of both sets inside or outside, and leaves far ones outside', () => {
    for (const name of ['mnist', 'fashion'] as const) {
      const inside = histogram.counts[name].reduce((a, b) => a + b);
      expect(inside + histogram.outside[name]).toBe(name === 'mnist' ? 500 : 502);
      expect(inside).toBeGreaterThan(480);
    }
    expect(histogram.from).toBeGreaterThan(0);
    expect(histogram.counts.mnist[0]).toBeCloseTo(histogram.width, -0.5);
  });

  it('has an outline from the axis to the axis', () => {
    const outline = outlineOf(histogram, 'fashion');
    expect([outline[0]!.y, outline.at(-1)!.y]).toEqual([0, 0]);
    expect(outline.at(-1)!.x).toBeCloseTo(histogram.from + 50 * histogram.width, 6);
    expect(outline.reduce((sum, { y }) => sum + y, 0)).toBe(2 * histogram.counts.fashion.reduce((a, b) => a + b));
  });

  it('of a set with scores of −∞ is that of the others, with these outside', () => {
    const few = Array.from({ length: 20 }, () => Number.NEGATIVE_INFINITY);
    const { from, width, outside } = histogramOf({ mnist: [...mnist, ...few], fashion: few });
    expect([from, from + 50 * width]).toEqual([0.01 * 499, 0.99 * 499].map((end) => expect.closeTo(end, 6)));
    expect(outside).toEqual({ mnist: 10 + 20, fashion: 20 });
  });

  it('of equal scores holds them all', () => {
    const { counts } = histogramOf({ mnist: [2, 2, 2], fashion: [2, 2] });
    expect(counts.mnist[0]).toBe(3);
  });
});

it('the tables in the README are those of the committed result', () => {
  expect(updateFindings({ write: false })).toEqual([]);
});

describe('the experiments with flows and VAEs', () => {
  const root = mkdtempSync(join(tmpdir(), 'flowvae-contest-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const tiny = ['--scale', 'smoke', '--minutes', '0.0005', '--threads', '1', '--images', '12', '--samples', '25'];
  const places = ['--runs', join(root, 'runs'), '--out', root, '--data', pictures()];
  const run = async (name: string, ...args: string[]) => {
    const outcome = await program(`experiments/${name}/run.ts`, [...tiny, ...places, ...args]);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(statSync(join(root, `${name}.png`)).size).toBeGreaterThan(2000);
    return { ...outcome, report: JSON.parse(readFileSync(join(root, `${name}.json`), 'utf8')) };
  };

  it('compare both models of MNIST, and take the same models for other data', async () => {
    const { report, stdout } = await run('flow-vs-vae', '--draws', '3', '--json');
    expect(JSON.parse(stdout)).toEqual(report);
    expect(report.measures).toHaveLength(7);
    for (const measure of report.measures) {
      expect(measure.better).toBe(betterOf(measure));
      for (const { value, error } of [measure.glow, measure.vae]) {
        expect(Number.isFinite(value)).toBe(true);
        expect(error).toBeGreaterThanOrEqual(0);
      }
    }
    const [bound, estimate, rebuilt] = report.measures;
    expect(estimate.vae.value).toBeLessThan(bound.vae.value);
    expect(rebuilt.glow).toEqual({ value: 0, error: 0 });
    expect(rebuilt.vae.value).toBeGreaterThan(1);
    expect([report.glow.exactReconstructions, report.vae.exactReconstructions]).toEqual([12, 0]);
    expect([report.glow.samples, report.vae.samples]).toEqual([3, 25]);

    const other = await run('out-of-distribution', '--fashion', pictures(130));
    expect(other.stderr).not.toContain('of mnist: timing');
    expect(other.stderr).toContain('VAE of fashion: timing');
    expect(other.stdout).toContain('| Glow of Fashion-MNIST |');
    const { models } = other.report;
    const named = models.map(({ title, trainedOn }: Record<string, string>) => `${title} ${trainedOn}`);
    expect(named).toEqual(['Glow mnist', 'VAE mnist', 'Glow fashion', 'VAE fashion']);
    expect(models[0].training).toMatchObject({ steps: report.glow.steps, seconds: report.glow.seconds });
    for (const { sets, auroc: area } of models) {
      expect([sets.mnist.images, sets.fashion.samples]).toEqual([12, 25]);
      expect(area.value).toBeGreaterThanOrEqual(0);
    }
    // the same run, images and samples
    expect(models[1].sets.mnist.bitsPerDimension.value).toBeCloseTo(estimate.vae.value, 5);
  }, 120_000);

  it('name the package of Fashion-MNIST where it is not there', async () => {
    const { code, stderr } = await program('experiments/out-of-distribution/run.ts', ['--fashion', join(root, 'none')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^--fashion: expected a folder .*dataset-fashion-mnist, or pass the folder .*\n$/);
  }, 60_000);
});
