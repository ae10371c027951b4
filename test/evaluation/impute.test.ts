// Imputation as a function: its bytes, engines, progress and refusals.
import { runCounter } from '@flowvae/compiler';
import { type ImputeOptions, impute } from '@flowvae/evaluation';
import { key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { modelWith, WIDTH } from './holes.ts';
import { imputedBy, options, ROWS, rows, wrong } from './imputed-rows.ts';
import { average } from './z-scores.ts';

describe('impute', () => {
  it('gives equal bytes for equal options, on any number of threads and for any other data', async () => {
    const before = runCounter.runs;
    const first = await imputedBy({ samples: 1300 });
    expect(runCounter.runs - before).toBe(ROWS * (3 + 1)); // samples in three runs, draws in one
    expect(await imputedBy({ samples: 1300 })).toEqual(first);
    expect(await imputedBy({ samples: 1300, threads: 2 })).toEqual(first);
    const few = dataPoints(rows.slice(0, 3 * 2 * WIDTH), 2 * WIDTH);
    expect(await imputedBy({ samples: 1300, data: few })).toEqual(first.slice(0, 3));
    const more = await imputedBy({ samples: 1300, draws: 9 });
    expect(differences('draws', more[0]!.draws.slice(0, 5 * WIDTH), first[0]!.draws, 1e-5)).toEqual([]);
    expect(await imputedBy({ samples: 1300, key: key(4) })).not.toEqual(first);
  });

  it('gives the same eager as compiled, and leaks no tensor on either', async () => {
    const { numTensors } = tf.memory();
    const compiled = await imputedBy({ samples: 700 });
    const before = runCounter.runs;
    const eager = await imputedBy({ samples: 700, engine: 'eager' });
    expect(runCounter.runs).toBe(before);
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const [i, imputed] of eager.entries()) {
      for (const name of ['mean', 'meanStandardError', 'variance', 'draws'] as const)
        expect(differences(name, imputed[name], compiled[i]![name], 2e-5)).toEqual([]);
      expect(imputed.effectiveSampleSize / compiled[i]!.effectiveSampleSize).toBeCloseTo(1, 4);
    }
  });

  it('computes wide samples in parts, with the same noise', async () => {
    const wide: ImputeOptions['modelAt'] = (x) => {
      const model = modelWith(wrong)(x);
      const nothing = (z: Tensor2D) => tf.mul(tf.mean(tf.tile(z, [1, 20_000]), 1), 0);
      return { ...model, likelihood: (z): Tensor1D => tf.add(model.likelihood(z), nothing(z)) };
    };
    const data = dataPoints(rows.slice(0, 2 * 2 * WIDTH), 2 * WIDTH);
    const narrow = await imputedBy({ data });
    const before = runCounter.runs;
    const parts = await imputedBy({ data, modelAt: wide });
    expect(runCounter.runs - before).toBeGreaterThan(2 * 2);
    for (const [i, imputed] of parts.entries())
      for (const name of ['mean', 'meanStandardError', 'variance', 'draws'] as const)
        expect(differences(name, imputed[name], narrow[i]![name], 2e-5)).toEqual([]);
  });

  it('tells how many are done, and begins none after a signal', async () => {
    const controller = new AbortController();
    const done: number[] = [];
    const onProgress = (count: number) => {
      done.push(count);
      if (count === 2) controller.abort();
    };
    const { count } = await impute(options({ onProgress, signal: controller.signal, engine: 'eager' }));
    expect([count, done]).toEqual([2, [1, 2]]);
    const none = await impute(options({ signal: AbortSignal.abort() }));
    expect([none.count, none.leastEffectiveSampleSize]).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('has the mean and the least effective sample size', async () => {
    const sizes: number[] = [];
    const { effectiveSampleSize, leastEffectiveSampleSize, ...counts } = await impute(
      options({ onEstimate: (_, imputed) => sizes.push(imputed.effectiveSampleSize) }),
    );
    expect(counts).toEqual({ count: ROWS, samples: 400, draws: 5 });
    expect(effectiveSampleSize).toBeCloseTo(average(sizes), 9);
    expect(leastEffectiveSampleSize).toBe(Math.min(...sizes));
    expect(Math.min(...sizes)).toBeLessThan(300);
  });

  it.each<[string, Partial<ImputeOptions>]>([
    ['impute: samples: expected a whole number, 1 or more, got 0', { samples: 0 }],
    ['impute: draws: expected a whole number, 1 or more, got 1.5', { draws: 1.5 }],
    ['impute: data: expected rows [x, mask] of an even width, got rows of width 5', { data: dataPoints(rows, 5) }],
    [
      'impute: data point 0: mask[1]: expected 0 or 1, got 0.5',
      { data: dataPoints(Float32Array.of(1, 1, 1, 1, 1, 1, 0.5, 1, 1, 1), 10) },
    ],
    [
      'impute: data point 0: x[2]: expected 0, because its mask says that it is missing, got 7',
      { data: dataPoints(Float32Array.of(1, 1, 7, 1, 1, 1, 1, 0, 1, 1), 10) },
    ],
    [
      'impute: data point 0: x[0]: expected 0, because its mask says that it is missing, got NaN',
      { data: dataPoints(Float32Array.of(Number.NaN, 1, 7, 1, 1, 0, 1, 1, 1, 1), 10) },
    ],
  ])('refuses: %s', async (message, rest) => {
    await expect(impute(options(rest))).rejects.toThrow(message);
  });

  it.each([
    [Number.NaN, 'impute: data point 0: expected finite importance weights, got a log p(x) of NaN'],
    [
      Number.NEGATIVE_INFINITY,
      'impute: data point 0: expected an importance weight above 0, got weights that are all 0',
    ],
  ])('refuses log-weights of %d', async (value, message) => {
    const modelAt: ImputeOptions['modelAt'] = (x) => ({
      ...modelWith()(x),
      likelihood: (z) => tf.fill([z.shape[0]], value) as Tensor1D,
    });
    await expect(impute(options({ modelAt }))).rejects.toThrow(message);
  });
});
