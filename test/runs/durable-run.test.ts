// Runs that are killed and taken up by a program end with the bytes of runs that were not.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beginRun, LockedError, lockRun, resumeRun } from '@flowvae/runs';
import { tf } from '@flowvae/tensor';
import { adam, chainOptimizers, clipByGlobalNorm, fit, type Optimizer, rmsprop, sgd } from '@flowvae/training';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { quadratic } from '../training/problems.ts';
import { freshPath, metricsOf, options, train } from './durable-training.ts';

let path: string;
beforeEach(() => {
  path = freshPath();
});

describe.each<[string, () => Optimizer]>([
  ['adam', () => adam(0.01)],
  ['rmsprop with momentum', () => rmsprop(0.01, { momentum: 0.9 })],
  ['sgd with momentum, clipped', () => chainOptimizers(clipByGlobalNorm(1), sgd(0.01, { momentum: 0.9 }))],
  ['two optimisers in a chain', () => chainOptimizers(adam(0.01), rmsprop(0.001))],
])('%s', (_, optimizer) => {
  const whole = freshPath();
  let expected: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    expected = await train(beginRun(whole, options), optimizer());
  });

  it.each([1, 4, 10, 22])(
    'killed after step %d and taken up gives the bytes of a run that was not',
    async (killedAt) => {
      await train(beginRun(path, options), optimizer(), { killedAt });
      const run = resumeRun(path, options);
      expect(run.from?.step).toBe(killedAt < 4 ? undefined : 4 * Math.floor(killedAt / 4));
      const { values, history } = await train(run, optimizer());
      expect(values).toEqual(expected.values);
      expect(metricsOf(path)).toBe(metricsOf(whole));
      expect(run.entries.map(({ step }) => step)).toEqual([5, 10, 15, 20, 23]);
      expect(history!.at(-1)!.step).toBe(23);
    },
  );
});

it('a wrong state gives other bytes: the test would notice', async () => {
  const expected = await train(beginRun(path, options), adam(0.01));
  const other = freshPath();
  await train(beginRun(other, options), adam(0.01), { killedAt: 10 });
  const run = resumeRun(other, options);
  const slots = {
    ...run.from!.slots,
    v: Object.fromEntries(
      Object.entries(run.from!.slots.v!).map(([name, { length }]) => [name, new Float32Array(length)]),
    ),
  };
  const { values } = await train({ ...run, from: { ...run.from!, slots } }, adam(0.01));
  expect(values).not.toEqual(expected.values);
});

describe('metrics', () => {
  it('are refused where somebody else wrote to them, or removed the folder', async () => {
    const meddled = async (meddle: () => void) => {
      const { problem, variables } = quadratic([5], () => [0]);
      const run = beginRun(path, options);
      const callbacks = [
        { onStep: ({ step }: { step: number }) => (step === 3 ? meddle() : undefined) },
        ...run.callbacks,
      ];
      const message = await fit({
        ...problem,
        variables,
        optimizer: sgd(0.1),
        steps: 9,
        entryEvery: 2,
        callbacks,
      }).then(
        () => 'nothing was thrown',
        (error: Error) => error.message,
      );
      run.close();
      tf.dispose(variables.w!);
      return message;
    };
    expect(await meddled(() => writeFileSync(join(path, 'metrics.jsonl'), 'x'))).toMatch(
      /metrics\.jsonl: expected the \d+ bytes that this run has written, got 1 bytes; nobody else may write to the folder of a run$/,
    );
    rmSync(path, { recursive: true });
    expect(await meddled(() => rmSync(path, { recursive: true }))).toContain(
      'got no file: it was removed or moved while the run was going on',
    );
    expect(existsSync(path)).toBe(false);
  });
});

it('a copy of a run is a run', async () => {
  await train(beginRun(path, options), adam(0.01), { killedAt: 10 });
  const copy = freshPath();
  cpSync(path, copy, { recursive: true });
  const run = resumeRun(copy, options);
  run.close();
  expect(run.from?.step).toBe(8);
});

it('a run that begins in a folder that another is beginning in is refused, and writes nothing there', async () => {
  const path = freshPath();
  mkdirSync(path, { recursive: true });
  const other = lockRun(path); // and no config yet
  expect(() => beginRun(path, options)).toThrow(LockedError);
  expect(readdirSync(path)).toEqual(['run.lock']);
  other.release();
  beginRun(path, options).close();
});
