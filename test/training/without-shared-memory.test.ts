// Where threads cannot share memory with ONNX Runtime, they share the operators of a step instead of its rows.
import { runCounter } from '@flowvae/compiler';
import { type Tensor, tf, type Variable } from '@flowvae/tensor';
import { adam, type FitStart, fit } from '@flowvae/training';
import { expect, it, vi } from 'vitest';
import { smallVae, valuesOf } from './problems.ts';

const views = vi.hoisted(() => ({ has: true }));

vi.mock('@flowvae/compiler', async (original) => {
  const module = await original<typeof import('@flowvae/compiler')>();
  return { ...module, sharedViews: async () => (views.has ? module.sharedViews() : undefined) };
});

it('a step is one run of one graph, with the same values, and the start says why', async () => {
  const trained = async () => {
    const { problem, variables } = smallVae(3);
    const before = runCounter.runs;
    const reasons: (string | undefined)[] = [];
    const callbacks = [{ onStart: ({ rowsTogether }: FitStart) => void reasons.push(rowsTogether) }];
    await fit({ ...problem, variables, optimizer: adam(1e-2), steps: 4, threads: 2, callbacks });
    const values = valuesOf(variables);
    tf.dispose(variables as Record<string, Variable<never>> as Record<string, Tensor>);
    return { values, runs: runCounter.runs - before, reason: reasons[0] };
  };
  const spread = await trained();
  views.has = false;
  const alone = await trained();
  expect([spread.runs, alone.runs]).toEqual([8, 4]);
  expect([spread.reason, alone.reason]).toEqual([undefined, 'threads cannot share memory with ONNX Runtime here']);
  for (const [i, value] of alone.values.entries()) expect(spread.values[i]).toBeCloseTo(value, 5);
});
