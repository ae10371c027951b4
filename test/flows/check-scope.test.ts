// How much of a flow the public checker looks at, by default and as asked.
import { type CheckName, checkFlow, type Flow } from '@flowvae/flows';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { identity } from './changed-identity.ts';

describe('checkFlow', () => {
  /** Dimension, scale and number of comparisons of each outcome. */
  const seenBy = (check: CheckName, options: Parameters<typeof checkFlow>[1] = {}) => {
    const report = checkFlow(identity(2), { checks: [check], ...options });
    return report.outcomes.map(({ dim, scale, judged }) => [dim, scale, judged]);
  };

  it('looks at scales 0.1, 1 and 3, with 4 draws of 8 points; 12 draws for folds', () => {
    expect(seenBy('logDet')).toEqual([0.1, 1, 3].map((scale) => [2, scale, 32]));
    expect(seenBy('fold')).toEqual([0.1, 1, 3].map((scale) => [2, scale, 96]));
    expect(seenBy('start')).toEqual([[2, undefined, 72]]);
    expect(seenBy('finite')).toEqual([0.1, 1, 3, 10].map((scale) => [2, scale, 24]));
    expect(seenBy('finite', { scale: 10, draws: 1 })).toEqual([[2, 10, 6]]);
    expect(seenBy('logDet', { scale: 1, draws: 3, points: 5 })).toEqual([[2, 1, 15]]);
  });

  it('looks at dimensions 2 and 5 of a family', () => {
    const { flow, outcomes } = checkFlow((dim) => identity(dim), { checks: ['logDet'], scale: 1, draws: 1 });
    expect([flow, ...outcomes.map(({ dim }) => dim)]).toEqual(['identity', 2, 5]);
    // @ts-expect-error: a flow has its dimension already
    checkFlow(identity(2), { dims: [2], checks: ['start'] });
  });

  it.each([
    [{ dims: [] }, /dims: expected at least one dimension, got none/],
    [{ scale: [] }, /scale: expected at least one scale, got none/],
    [{ scale: 0 }, /scale: expected finite numbers above 0, got 0/],
    [{ scale: [1, Number.NaN] }, /scale: expected finite numbers above 0, got NaN/],
    [{ scale: Number.POSITIVE_INFINITY }, /scale: expected finite numbers above 0, got Infinity/],
    [{ draws: 0 }, /draws: expected a whole number from 1, got 0/],
    [{ points: 1.5 }, /points: expected a whole number from 1, got 1.5/],
    [{ checks: [] }, /checks: expected at least one check, got none/],
    [{ checks: ['logdet'] }, /checks: expected some of .*, got logdet; did you mean logDet\?/],
  ])('refuses to look at nothing: %j', (options, message) => {
    expect(() => checkFlow((dim) => identity(dim), options as never)).toThrow(message);
  });

  it('asks for what a flow offers only', () => {
    const { inverse: _, ...oneWay } = identity(2);
    const checksOf = (flow: Flow) =>
      checkFlow(flow, { scale: 1, draws: 1, points: 2 }).outcomes.map(({ check, scale }) => `${check} ${scale ?? ''}`);
    const first = ['finite 1', 'finite 10', 'rows 1', 'logDet 1'];
    expect(checksOf(oneWay)).toEqual([...first, 'gradients 1', 'fold 1', 'start ']);
    expect(checksOf({ ...identity(2), invariants: () => ({ one: tf.scalar(1) }) })).toEqual([
      ...first,
      'roundTrip 1',
      'gradients 1',
      'inverseGradients 1',
      'fold 1',
      'invariants 1',
      'start ',
    ]);
  });

  it('has parameters for each point, then shared ones, in turn; mixed ones for folds', () => {
    const widths: number[] = [];
    const flow: Flow = {
      ...identity(2),
      invariants: ({ b }) => {
        widths.push(b!.shape[0]!);
        return { one: tf.ones([1]) };
      },
    };
    checkFlow(flow, { checks: ['invariants'], scale: 1, points: 6, draws: 2 });
    expect(widths).toEqual(new Array(6).fill(1));
    const { outcomes } = checkFlow(identity(2), { checks: ['gradients'], scale: 1, points: 6, draws: 3 });
    // four directions towards z of 18 points; three towards b, whose gradient is 0, of 6 + 1 + 6 rows
    expect(outcomes[0]!.kinds).toEqual({ z: { judged: 72, planned: 72 }, b: { judged: 39, planned: 39 } });
  });

  it('finds a gradient that is not a number, and does not ask it of the inverse', () => {
    const broken = tf.customGrad((x) => ({
      value: tf.clone(x as Tensor),
      gradFunc: (dx: Tensor) => tf.mul(dx, Number.NaN),
    }));
    const options = { scale: 1, draws: 1, points: 2 };
    const flow = identity(2, ({ y }, b) => ({ y: tf.add(y, broken(b)) as Tensor2D }));
    const { findings } = checkFlow(flow, { ...options, checks: ['gradients'] });
    expect(findings[0]).toBe(
      'gradients in dimension 2 at scale 1: draw 0, point 0, towards b: the gradient is not a number',
    );
    const turned = {
      ...identity(2),
      inverse: (_: unknown, y: Tensor2D) => ({ z: broken(y), logDet: tf.zeros([y.shape[0]]) }),
    } as Flow;
    const back = checkFlow(turned, { ...options, checks: ['inverseGradients'] });
    expect(back.outcomes[0]).toMatchObject({ findings: [] });
    expect(back.outcomes[0]!.kinds.y!.judged).toBe(0);
  });
});
