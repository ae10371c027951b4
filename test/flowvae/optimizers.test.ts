// --lr-decay, --lr-warmup, --clip and --epsilon: the rates against their formulas, and their effect on runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, decodeSafetensors, type TrainConfig } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { learningRateOf, optimizerOf } from '../../packages/flowvae/src/run/optimizers.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath, tinyData, tinyFlags } from './tiny-run.ts';

const rateWith = (given: Partial<TrainConfig>) => learningRateOf(completeConfig({ lr: 0.01, steps: 100, ...given }));

describe('learningRateOf', () => {
  it('is the rate alone without further settings, and the optimiser records a fixed one', () => {
    expect([0, 50, 99].map(rateWith({}))).toEqual([0.01, 0.01, 0.01]);
    expect(optimizerOf(completeConfig({ lr: 0.01 })).config).toMatchObject({ name: 'adam', rate: 0.01 });
  });

  it('follows lr·(t + 1)/warmup·(1 + cos(πt/steps))/2', () => {
    const rate = rateWith({ lrDecay: 'cosine', lrWarmup: 10 });
    for (const t of [0, 3, 9, 10, 50, 99]) {
      const closed = 0.01 * Math.min(1, (t + 1) / 10) * 0.5 * (1 + Math.cos((Math.PI * t) / 100));
      expect(rate(t)).toBeCloseTo(closed, 15);
    }
  });

  it('rises before the milestones, too', () => {
    const rate = rateWith({ lrWarmup: 4, lrMilestones: [2, 50], lrFactor: 0.5 });
    for (const [step, value] of [0.0025, 0.005, 0.00375, 0.005].entries()) expect(rate(step)).toBeCloseTo(value, 15);
    expect(rate(60)).toBeCloseTo(0.0025, 15);
  });
});

it.each(['adam', 'adamax', 'rmsprop'] as const)('the epsilon of a run is that of its %s, or 1e-8', (optimizer) => {
  const epsilonOf = (given: Partial<TrainConfig>) =>
    optimizerOf(completeConfig({ optimizer, ...given })).config.epsilon;
  expect([epsilonOf({}), epsilonOf({ epsilon: 0.25 })]).toEqual([1e-8, 0.25]);
});

/** All values of a run's model, in order. */
function parametersOf(run: string): number[] {
  const path = join(run, 'model.safetensors');
  return Object.values(decodeSafetensors(readFileSync(path), path).tensors).flatMap(({ values }) => [...values]);
}

describe('a run', () => {
  let data: string;
  beforeAll(() => {
    data = tinyData();
  });

  /** Trains in a new folder, in one go or stopped after some steps. */
  async function trained(flags: readonly string[], until?: number): Promise<string> {
    const run = freshPath();
    const half = until === undefined ? [] : ['--until', String(until)];
    const first = await flowvaeHere(['train', ...tinyFlags(data), ...flags, ...half, '--out', run, '--quiet']);
    expect(first).toMatchObject({ code: 0 });
    if (until !== undefined)
      expect(await flowvaeHere(['train', '--resume', run, '--quiet'])).toMatchObject({ code: 0 });
    return run;
  }

  const schedule = ['--lr-decay', 'cosine', '--lr-warmup', '4', '--clip', '2'];

  it('that was stopped on the way down goes on with the same bytes', async () => {
    expect(parametersOf(await trained(schedule, 3))).toEqual(parametersOf(await trained(schedule)));
  });

  it('with --clip moves by the rate times the norm; without it, further', async () => {
    const sgd = ['--optimizer', 'sgd', '--steps', '1', '--lr'];
    const start = parametersOf(await trained([...sgd, '1e-30']));
    const distance = (to: readonly number[]) => Math.hypot(...start.map((value, i) => value - to[i]!));
    expect(distance(parametersOf(await trained([...sgd, '0.001', '--clip', '3'])))).toBeCloseTo(0.003, 5);
    expect(distance(parametersOf(await trained([...sgd, '0.001'])))).toBeGreaterThan(0.006);
  });

  it('with --epsilon makes a first step of rate·g/(|g| + epsilon), the gradients being those of sgd', async () => {
    const once = async (...flags: string[]) => parametersOf(await trained(['--steps', '1', ...flags]));
    const start = await once('--optimizer', 'sgd', '--lr', '1e-30');
    const descended = await once('--optimizer', 'sgd', '--lr', '1');
    const moved = await once('--optimizer', 'adamax', '--lr', '1', '--epsilon', '0.25');
    for (const [i, value] of start.entries()) {
      const gradient = value - descended[i]!;
      expect(value - moved[i]!).toBeCloseTo(gradient / (Math.abs(gradient) + 0.25), 4);
    }
  });
});
