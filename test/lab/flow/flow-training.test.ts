// The worker's training, in Node: the bound rises, a stop changes nothing, and a target of every kind trains.
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { modelOf, type Setup } from '../../../packages/lab/src/page/flow/explorer/preset.ts';
import { firstPainting } from '../../../packages/lab/src/page/flow/targets/painted.ts';
import type { TargetChoice } from '../../../packages/lab/src/page/flow/targets/target-choice.ts';
import type { FlowNews, FlowStart } from '../../../packages/lab/src/worker/flow-messages.ts';
import { train } from '../../../packages/lab/src/worker/flow-training.ts';

const setup: Setup = { family: 'planar', layers: 4, base: 'normal', start: 'identity', seed: 2 };

function orderOf(target: TargetChoice, steps: number, change: Partial<Setup> = {}): FlowStart {
  const { base, seed, family, layers } = { ...setup, ...change };
  const { values } = modelOf({ ...setup, ...change });
  return {
    kind: 'start',
    formula: `${family}*${layers}`,
    values,
    base,
    target,
    steps,
    seed,
    goesOn: false,
    engine: 'compiled',
    runtime: undefined,
  };
}

/** Trains, and stops after a step if one is given. */
async function trained(order: FlowStart, from?: Awaited<ReturnType<typeof train>>, stopAt?: number) {
  const news: FlowNews[] = [];
  const controller = new AbortController();
  const tell = (each: FlowNews) => {
    news.push(each);
    if (each.kind === 'progress' && each.step === stopAt) controller.abort();
  };
  const state = await train(order, { signal: controller.signal, from, tell });
  const bounds = news.flatMap((each) => (each.kind === 'progress' ? [each.elbo] : []));
  const last = news.at(-1)!;
  return { state, news, bounds, values: last.kind === 'stopped' ? last.values : undefined };
}

const U1: TargetChoice = { kind: 'energy', name: 'U1' };

describe('training in the room Flow', () => {
  it('raises the bound by the compiled engine, and the same order gives the same numbers', async () => {
    const [one, other] = [await trained(orderOf(U1, 200)), await trained(orderOf(U1, 200))];
    expect(one.news[0]).toEqual({ kind: 'started', engine: 'compiled' });
    expect(one.bounds).toHaveLength(20);
    expect(one.bounds.at(-1)!).toBeGreaterThan(one.bounds[0]! + 1);
    expect(one.bounds.at(-1)!).toBeLessThan(1.8775 + 0.1); // log Z
    expect(other.bounds).toEqual(one.bounds);
    expect(other.values).toEqual(one.values);
  });

  it('goes on after a stop as if there had been none', async () => {
    const whole = await trained(orderOf(U1, 60));
    const half = await trained(orderOf(U1, 60), undefined, 30);
    expect(half.news.at(-1)).toMatchObject({ kind: 'stopped', step: 30, isDone: false });
    const rest = await trained({ ...orderOf(U1, 60), values: half.values! }, half.state);
    expect([...half.bounds, ...rest.bounds]).toEqual(whole.bounds);
    expect(rest.values).toEqual(whole.values);
  });

  it.each<readonly [string, TargetChoice, Partial<Setup>]>([
    ['a toy', { kind: 'toy', name: 'eightGaussians' }, {}],
    ['a painting', { kind: 'painted', painting: firstPainting() }, { family: 'realnvp', layers: 2 }],
    ['a formula from a wide base', { kind: 'expression', text: '-abs(z1 - 2) - z2^2' }, { base: 'wide' }],
    ['U4 from a square', { kind: 'energy', name: 'U4' }, { base: 'square', family: 'radial' }],
  ])('takes %s', async (_, target, change) => {
    const { bounds } = await trained(orderOf(target, 40, change));
    expect(bounds.every(Number.isFinite)).toBe(true);
    expect(bounds.at(-1)!).toBeGreaterThan(bounds[0]!);
  });

  it('leaves no variable behind', async () => {
    const before = tf.memory().numTensors;
    await trained(orderOf(U1, 20));
    await trained(orderOf({ kind: 'toy', name: 'rings' }, 20, { base: 'square' }));
    expect(tf.memory().numTensors).toBe(before);
  });
});
