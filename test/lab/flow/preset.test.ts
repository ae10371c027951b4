// A flow and its parameters: values that come too late.
import { describe, expect, it } from 'vitest';
import { modelOf, type Setup, withValues } from '../../../packages/lab/src/page/flow/explorer/preset.ts';

const setup: Setup = { family: 'planar', layers: 2, base: 'normal', start: 'drawn', seed: 5 };

describe('values of a training', () => {
  const trained = modelOf(setup);
  const values = modelOf({ ...setup, seed: 9 }).values;

  it('are taken by the flow that was trained', () => {
    expect(withValues(trained, trained.flow, values)).toEqual({ ...trained, values });
  });

  it.each<readonly [string, Partial<Setup>]>([
    ['family', { family: 'radial' }],
    ['length', { layers: 3 }],
    ['seed', { seed: 6 }],
  ])('that come after another %s was chosen change nothing', (_, part) => {
    const now = modelOf({ ...setup, ...part });
    expect(withValues(now, trained.flow, values)).toBe(now);
  });
});
