// The objective forward-kl by the command: draws of the target from a function, a table or an array.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineTarget, drawNormal, key, type Tensor, type Tensor1D, tf } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { checkedTarget } from '../../../packages/flowvae/src/target/checked-target.ts';
import type { DrawsRequest, TargetDefinition } from '../../../packages/flowvae/src/target/target-definition.ts';
import { targetFallbacks } from '../../../packages/flowvae/src/target/target-settings.ts';
import { npyOf } from '../npy-of.ts';
import { brief, bytesOf, freshPath, run, stoppingAt } from './target-cases.ts';

/** rate ~ log-normal(1, ½), shift ~ N(−2, 3), without constants. */
const parts = {
  name: 'two',
  parameters: { rate: 'positive', shift: 'real' },
  logDensity: ({ rate, shift }: Readonly<Record<string, Tensor>>) => {
    const logRate = tf.log(rate as Tensor1D);
    const first = tf.add(tf.square(tf.div(tf.sub(logRate, 1), 0.5)), tf.mul(2, logRate));
    return tf.div(tf.add(first, tf.square(tf.div(tf.add(shift as Tensor1D, 2), 3))), -2) as Tensor1D;
  },
} as const;

/** Exact draws, row by row. */
const exact = ({ key: drawn, count }: DrawsRequest): number[] =>
  [...drawNormal(drawn, 2 * count)].map((normal, i) => (i % 2 === 0 ? Math.exp(1 + normal / 2) : 3 * normal - 2));

const withDraws = (draws: TargetDefinition['draws']): TargetDefinition =>
  defineTarget({ ...parts, ...(draws === undefined ? {} : { draws }) } as never);

const objective = { ...brief, objective: 'forward-kl', flow: 'mean-field' } as const;

describe('forward-kl by the command', () => {
  it('fits the guide to draws that the module makes by key and count', async () => {
    const asked: DrawsRequest[] = [];
    const made = withDraws((request) => {
      asked.push(request);
      return exact(request);
    });
    const { out, report, figures } = await run(made, {
      ...objective,
      ...{ steps: 400, batch: 200, lr: 0.05, samples: 4000, targetDraws: 2000 },
    });
    expect(figures.some((path) => path.endsWith('bound.png'))).toBe(true);
    expect(asked.map(({ count }) => count)).toEqual([2000]);
    // of mean-field, the fit in free numbers has the moments of the draws in free numbers
    const draws = exact(asked[0]!);
    const shift = draws.filter((_, i) => i % 2 === 1);
    const mean = shift.reduce((sum, value) => sum + value, 0) / shift.length;
    const std = Math.sqrt(shift.reduce((sum, value) => sum + (value - mean) ** 2, 0) / shift.length);
    expect(Math.abs(report.guideMoments!.shift!.mean - mean)).toBeLessThan(0.05 * std);
    expect(Math.abs(report.guideMoments!.shift!.std / std - 1)).toBeLessThan(0.05);
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(config.draws).toEqual({ count: 2000, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('takes the same draws from a function, from columns of a table in any order, and from an array', async () => {
    const folder = freshPath();
    mkdirSync(folder);
    const values = exact({ key: key(7), count: 50, settings: {} }).map(Math.fround);
    const rows = Array.from({ length: 50 }, (_, i) => [values[2 * i]!, values[2 * i + 1]!] as const);
    const [table, array] = [join(folder, 'draws.csv'), join(folder, 'draws.npy')];
    writeFileSync(table, ['shift,log_q,rate', ...rows.map(([rate, shift]) => `${shift},-1,${rate}`), ''].join('\n'));
    writeFileSync(array, npyOf(Float32Array.from(values), [50, 2]));
    const files = await Promise.all(
      [table, array].map(async (draws) => bytesOf((await run(withDraws(draws), objective)).out)),
    );
    const made = bytesOf(
      (
        await run(
          withDraws(() => values),
          { ...objective, targetDraws: 50 },
        )
      ).out,
    );
    for (const found of files) expect([found.draws, found.model]).toEqual([made.draws, made.model]);
  });

  it('goes on to the same bytes after a stop, and refuses other draws', async () => {
    const long = { ...objective, steps: 300, targetDraws: 64 };
    const whole = await run(withDraws(exact), long);
    const out = freshPath();
    await run(withDraws(exact), long, { out, ...stoppingAt(/step (?!1\/)\d+\//) });
    const others = withDraws((asked) => exact(asked).map((value) => value + 1));
    await expect(run(others, long, { out, resume: true })).rejects.toThrow(/expected draws .*, got draws/);
    await run(withDraws(exact), long, { out, resume: true });
    expect(bytesOf(out)).toEqual(bytesOf(whole.out));
  });
});

describe('forward-kl is refused', () => {
  const refused = (draws: TargetDefinition['draws'], config = {}) =>
    expect(
      checkedTarget({
        own: { definition: withDraws(draws), values: {} },
        config: { ...targetFallbacks, ...objective, targetDraws: 4, ...config },
      }),
    ).rejects;

  it.each<[string, TargetDefinition['draws'], RegExp]>([
    ['without draws', undefined, /^--objective forward-kl: expected draws of target two, got none; give the module/],
    ['for too few', () => [1, 2, 3], /^target two: draws: expected 4·2 numbers, .*rate, shift, got 3$/],
    ['for nothing', () => undefined as never, /^target two: draws: expected 4·2 numbers.*, got undefined$/],
    [
      'for one out of its support',
      () => [1, 2, 3, 4, -1, 6, 7, 8],
      /^target two: draws: row 2: expected finite values .*, got rate = -1, shift = 6$/,
    ],
    ['for a file that is not there', 'none.csv', /none\.csv/],
  ])('%s', async (_, draws, message) => refused(draws).toThrow(message));

  it('beside annealing, and for a guide that cannot score', async () => {
    await refused(exact, { annealSteps: 5 }).toThrow('--anneal-steps: expected none beside --objective forward-kl');
    await expect(run(withDraws(exact), { ...objective, flow: 'sylvester-t' })).rejects.toThrow(
      'objective forward-kl: expected a guide that scores any point',
    );
  });

  it('for a table without a column, with words, with gaps, or with weights', async () => {
    const folder = freshPath();
    mkdirSync(folder);
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    await refused(file('a.csv', 'rate,shfit\n1,2\n2,3\n')).toThrow(/"shift".*did you mean shfit/);
    await refused(file('b.csv', 'rate,shift\n1,x\n2,y\n3,x\n4,y\n')).toThrow(/words in shift/);
    await refused(file('c.csv', 'rate,shift\n1,2\n,3\n')).toThrow(/got 1 without a value/);
    await refused(file('d.csv', 'rate,shift,log_q,log_weight\n1,2,-1,0.5\n2,3,-1,0\n')).toThrow(
      /expected draws of the target, .* got draws of a guide, with the column log_weight; name chains\.csv/,
    );
  });
});
