// Steps whose numbers wait: training is that of steps one by one, and numbers are asked for when somebody needs them.
import { tf } from '@flowvae/tensor';
import { adam, type Callback, type FitOptions, fit, type HistoryEntry, NonFiniteError } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { quadratic, valuesOf } from './problems.ts';
import { waitingEngine } from './waiting-numbers.ts';

const STEPS = 150;

type Changes = Partial<Omit<FitOptions, 'variables'>>;

/** Trains on numbers that wait, and one by one; data are poisoned at some steps. */
async function bothWays(poison: readonly number[], changes: (calls: unknown[]) => Changes = () => ({})) {
  const { engine, waited } = waitingEngine();
  const outcomes = [];
  for (const each of ['eager', engine] as const) {
    const calls: unknown[] = [];
    const target = (step: number) => [poison.includes(step) ? Number.NaN : Math.sin(step), 1];
    const { problem, variables } = quadratic([8, -2], target);
    const nameBatch = (step: number) => `batch ${step}`;
    const all = { ...problem, nameBatch, variables, optimizer: adam(0.1), steps: STEPS, entryEvery: 50, engine: each };
    const result = await fit({ ...all, ...changes(calls) }).catch((error: unknown) => error as Error);
    const outcome = result instanceof Error ? result : { steps: result.steps, history: result.history.map(untimed) };
    outcomes.push({ outcome, calls, values: valuesOf(variables) });
    tf.dispose(variables.w!);
  }
  const [singly, waiting] = outcomes as [(typeof outcomes)[0], (typeof outcomes)[0]];
  return { singly, waiting, waited };
}

/** Times differ from run to run. */
const untimed = ({ msPerStep: _, ...numbers }: HistoryEntry) => numbers;

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

/** A callback that notes its events in `calls`, and needs some steps. */
function noting(calls: unknown[], needsStep?: (step: number) => boolean): Callback {
  return {
    onEntry: (entry) => void calls.push(untimed(entry)),
    onStep: async (moment) => {
      if (!needsStep?.(moment.step)) return;
      const { parameters, average } = await moment.state();
      const { milliseconds: _, ...sums } = average;
      calls.push({ step: moment.step, w: [...parameters.w!], sums });
    },
    onEnd: ({ step }, failure) => void calls.push({ step, failure: failure?.place }),
    ...(needsStep ? { needsStep } : {}),
  };
}

describe('numbers that wait', () => {
  it('give the history and the parameters of steps one by one', async () => {
    const { singly, waiting, waited } = await bothWays([]);
    expect(waiting).toEqual(singly);
    expect(waiting.outcome).toMatchObject({ steps: STEPS, history: [{ step: 50 }, { step: 100 }, { step: 150 }] });
    expect(waited.single + waited.advanced).toBe(STEPS);
    expect(sum(waited.settled)).toBe(waited.advanced);
    expect(waited.single + waited.settled.length).toBeLessThan(20); // 1, 2, 4, 8, 16, 19 | 50 | 50
  });

  it('are asked for where a callback needs a step', async () => {
    const needsStep = (step: number) => step % 40 === 3;
    const { singly, waiting } = await bothWays([], (calls) => ({ callbacks: [noting(calls, needsStep)] }));
    expect(waiting).toEqual(singly);
    expect(waiting.calls).toHaveLength(4 + 3 + 1);
  });

  it('do not wait where a callback needs every step', async () => {
    const seen: number[] = [];
    const onStep = ({ step }: { readonly step: number }) => void seen.push(step);
    const { waited } = await bothWays([], () => ({ callbacks: [{ onStep }] }));
    expect(waited).toEqual({ single: STEPS, advanced: 0, settled: [], backs: 0 });
    expect(seen).toHaveLength(2 * STEPS);
  });

  it.each([0, 1, 60, 99, 100, 149])('name step %i if it is not finite, before anything takes it', async (bad) => {
    const { singly, waiting, waited } = await bothWays([bad, bad + 1], (calls) => ({
      callbacks: [noting(calls, () => false)],
    }));
    expect(waiting).toEqual(singly);
    expect(waiting.outcome).toBeInstanceOf(NonFiniteError);
    expect((waiting.outcome as NonFiniteError).place).toMatchObject({ step: bad, batch: `batch ${bad}`, layer: 'w' });
    if (bad >= 60) expect(waited.backs).toBe(1); // stretches begin short
  });

  it.each(['skip', 'lower-rate'] as const)('leave steps out as one by one: %s', async (onNonFinite) => {
    const poison = [3, 30, 31, 32, 90, 149];
    const { singly, waiting, waited } = await bothWays(poison, () => ({ onNonFinite }));
    expect(waiting).toEqual(singly);
    expect(waiting.outcome).toMatchObject({ history: [{ skipped: 4 }, { skipped: 5 }, { skipped: 6 }] });
    expect(waited.backs).toBeGreaterThan(1);
  });

  it.each([
    [[], 'no data at 77'],
    [[75], 'fit: step 75'],
  ] as const)('say the first error where a batch fails after poison at %j', async (poison, message) => {
    const { singly, waiting } = await bothWays(poison, () => ({
      batch(step) {
        if (step === 77) throw new Error('no data at 77');
        return { target: Float32Array.of((poison as readonly number[]).includes(step) ? Number.NaN : 0, 1) };
      },
    }));
    expect(waiting).toEqual(singly);
    expect((waiting.outcome as Error).message).toContain(message);
  });

  it('end after the step under way where a signal comes', async () => {
    const { singly, waiting } = await bothWays([], (calls) => {
      const aborting = new AbortController();
      const batch = (step: number) => {
        if (step === 70) aborting.abort();
        return { target: Float32Array.of(step, 1) };
      };
      return { batch, signal: aborting.signal, callbacks: [noting(calls, () => false)] };
    });
    expect(waiting).toEqual(singly);
    expect(waiting.outcome).toMatchObject({ steps: 71 });
  });
});
