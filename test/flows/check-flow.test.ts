// The public checker passes sound flows and finds the faults of others, by the check that can see them.
import {
  type CheckName,
  chain,
  checkFlow,
  type Flow,
  type InvertibleFlow,
  invert,
  planar,
  planarLeaky,
  printFlowReport,
} from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { leakyShift, linear, planarByOwnUHat, stalePlanarPair, sylvester } from '../laws/flow-mutants.ts';
import { constraintMutants, logDetMutants, plainPlanar, replaced } from '../laws/planar-mutants.ts';

/** One draw of parameters for each point, and one that all points share: the faults here show at few draws. */
const FEW = { draws: 2 };

/** The checks that found something. */
const alarms = (flow: Flow | ((dim: number) => Flow), options: Parameters<typeof checkFlow>[1] = {}) => {
  const { outcomes, ok, findings } = checkFlow(flow as Flow, { ...FEW, ...options });
  const names = new Set(outcomes.filter((outcome) => outcome.findings.length > 0).map(({ check }) => check));
  expect(ok).toBe(findings.length === 0);
  return [...names].toSorted();
};

describe('checkFlow passes', () => {
  const sound: Readonly<Record<string, (dim: number) => Flow>> = {
    'planar flows': (dim) => planar(dim),
    'a chain of them': (dim) => chain([planar(dim, 2), planar(dim)]),
    'planar layers written plainly': (dim) => plainPlanar(dim),
    'a Sylvester layer': (dim) => sylvester(dim, 'right'),
    'a flow of two branches': (dim) => leakyShift(dim, 'both'),
  };
  it.each(Object.entries(sound))('%s', (_, make) => {
    expect(checkFlow(make, { dims: [3], ...FEW }).findings).toEqual([]);
  });

  it('one in dimension 40', () => {
    expect(checkFlow((dim) => planar(dim), { dims: [40], draws: 1, scale: [0.1, 1] }).findings).toEqual([]);
  });
});

describe('checkFlow finds', () => {
  const make = (change: Parameters<typeof plainPlanar>[1]) => (dim: number) => plainPlanar(dim, change);

  it.each(Object.entries(logDetMutants))('a log-det that is %s', (_, change) => {
    expect(alarms(make(change), { checks: ['logDet'] })).toEqual(['logDet']);
  });

  it('‖w‖ for ‖w‖², by the log-det that the right constraint would have', () => {
    const checks: CheckName[] = ['logDet', 'start'];
    expect(alarms(make(constraintMutants['‖w‖ instead of ‖w‖²']), { checks })).toEqual(checks);
  });

  it.each(['‖w‖ instead of ‖w‖²', 'no constraint'] as const)(
    '%s even where the log-det is that of the wrong map, because it folds',
    (name) => {
      const { correction } = constraintMutants[name]!;
      const found = alarms((dim) => planarByOwnUHat(dim, correction!), { dims: [2, 5, 40] });
      expect(found).toEqual(['fold', 'start'] satisfies CheckName[]);
    },
  );

  it('a constraint that is missing by the invariant that the flow declares', () => {
    const { correction } = constraintMutants['no constraint']!;
    const declared = (dim: number) => planarByOwnUHat(dim, correction!, { declares: true });
    expect(alarms(declared, { checks: ['invariants'] })).toEqual(['invariants']);
  });

  it("Sylvester's Q on the wrong side, which tiny weights hide", () => {
    const wrong = (dim: number) => sylvester(dim, 'wrong');
    expect(alarms(wrong, { checks: ['logDet'], scale: 1 })).toEqual(['logDet']);
    expect(alarms(wrong, { checks: ['logDet'], scale: 1e-3 })).toEqual([]);
  });

  it('a log-det that ignores one branch', () => {
    expect(alarms((dim) => leakyShift(dim, 'positive only'))).toEqual(['logDet']);
  });

  it('a stale z', () => {
    expect(alarms((dim) => stalePlanarPair(dim), { checks: ['logDet'] })).toEqual(['logDet']);
  });

  it('an inverse that is none', () => {
    const swapped = replaced(plainPlanar(3), ({ forward }) => ({
      inverse: (params, y) => {
        const result = forward(params, y);
        return { z: result.y, logDet: result.logDet };
      },
    }));
    expect(alarms(swapped)).toEqual(['roundTrip']);
  });

  it('a gradient that is cut off', () => {
    const cut = tf.customGrad((x) => ({ value: tf.clone(x as Tensor), gradFunc: () => tf.zerosLike(x as Tensor) }));
    const flow = plainPlanar(3, { prepare: (params) => ({ ...params, u: cut(params.u) }) });
    expect(alarms(flow)).toEqual(['gradients']);
  });

  it('a gradient that is cut off at one coordinate of many', () => {
    const dim = 40;
    const mask = tf.tensor3d(
      Array.from({ length: dim }, (_, i) => Number(i > 0)),
      [1, 1, dim],
    );
    const cut = tf.customGrad((x) => ({ value: tf.clone(x as Tensor), gradFunc: (dx) => tf.mul(dx as Tensor, mask) }));
    const flow = plainPlanar(dim, { prepare: (params) => ({ ...params, u: cut(params.u) as Tensor }) });
    expect(alarms(flow, { checks: ['gradients'], scale: 0.3 })).toEqual(['gradients']);
    mask.dispose();
  });

  it('a Jacobian that is not finite, although the values are', () => {
    const broken = tf.customGrad((x) => ({
      value: tf.clone(x as Tensor2D),
      gradFunc: (dx: Tensor) => tf.mul(dx, Number.NaN) as Tensor2D,
    })) as unknown as (x: Tensor2D) => Tensor2D;
    const flow = replaced(plainPlanar(3), ({ forward }) => ({ forward: (params, z) => forward(params, broken(z)) }));
    expect(alarms(flow, { checks: ['logDet', 'roundTrip'] })).toEqual(['logDet', 'roundTrip']);
  });

  it('a start that is not the identity, unless only its volume has to be 1', () => {
    const flipped = (dim: number) => linear(dim, (i, j) => (i + j === dim - 1 ? 1 : 0));
    expect(alarms(flipped)).toEqual(['start']);
    expect(alarms(flipped, { start: 'volume' })).toEqual([]);
  });

  it('the layer that makes the first value that is not finite', () => {
    const bad = replaced(plainPlanar(2), ({ forward }) => ({
      name: 'bad',
      forward: (params, z) => {
        const { y, logDet } = forward(params, z);
        return { y, logDet: tf.add(logDet, tf.log(tf.exp(tf.neg(tf.sum(tf.square(z), 1))))) as Tensor1D };
      },
    }));
    const { findings } = checkFlow(chain([planar(2, 2), bad]), { checks: ['finite'], scale: 1 });
    expect(findings[0]).toMatch(
      /^finite in dimension 2 at scale 1: draw 0, points of size \d+: logDet of 1\.bad is -Infinity$/,
    );
  });

  /** A choice of two branches: above 29 the one that is not taken overflows, and its gradient is 0·∞. */
  const deadBranch = (a: Tensor) => {
    const isLarge = tf.cast(tf.step(tf.sub(a, 20)), 'bool');
    return tf.where(isLarge, a, tf.div(tf.log(tf.add(1, tf.exp(tf.mul(a, 3)))), 3));
  };
  /** ∞·0 in the inverse as soon as ‖w‖² exceeds 88. */
  const overflowing = replaced(plainPlanar(2), ({ inverse }) => ({
    inverse: (params, y) => {
      const { z, logDet } = inverse(params, y);
      return { z, logDet: tf.add(logDet, tf.mul(0, tf.exp(tf.sum(tf.square(params.w!))))) as Tensor1D };
    },
  }));

  it.each([
    ['a gradient', 4, plainPlanar(2, { softplus: deadBranch }), /the gradient towards [wu] of 1\.mutant is NaN/],
    ['an inverse', 2, overflowing, /the inverse's logDet of 1\.mutant is NaN/],
  ])('the layer of %s that is not finite for large parameters only', (_, draws, bad, finding) => {
    const { findings } = checkFlow(chain([planarLeaky(2), bad]), { checks: ['finite'], scale: 1, draws });
    expect(findings[0]).toMatch(/^finite in dimension 2 at scale 10: /);
    expect(findings[0]).toMatch(finding);
  });

  it('a layer turned round that is not finite at points of usual size', () => {
    const turned = invert(chain([planarLeaky(2), overflowing]));
    const { findings } = checkFlow(turned, { checks: ['finite'], scale: 1, draws: 2 });
    expect(findings[0]).toMatch(/^finite in dimension 2 at scale 10: .* of 1\.mutant is NaN$/);
  });

  it('an inverse of all layers at once that is not finite where its layers are', () => {
    const fused = replaced(planarLeaky(2, 2) as InvertibleFlow, ({ inverse }) => ({
      inverse: (params, y) => ({ ...inverse(params, y), z: tf.mul(y, Number.NaN) as Tensor2D }),
    }));
    expect(checkFlow(fused, { checks: ['finite'], scale: 1, draws: 1 }).findings[0]).toBe(
      "finite in dimension 2 at scale 1: draw 0, points of size 0: the inverse's z of planar-leaky*2 is NaN",
    );
  });
});

it('the same key gives the same report, another key other numbers', () => {
  const report = (seed: number) => checkFlow(planar(3, 2), { key: key(seed), checks: ['logDet'] });
  expect(report(1)).toEqual(report(1));
  expect(report(1)).not.toEqual(report(2));
});

it('a report is written as text', () => {
  const wrong = replaced(plainPlanar(1), ({ forward }) => ({
    name: 'doubled',
    forward: (params, z) => ({ y: tf.mul(forward(params, z).y, 2) as Tensor2D, logDet: forward(params, z).logDet }),
  }));
  const text = printFlowReport(checkFlow(wrong, { checks: ['finite', 'logDet'], scale: 1, draws: 1, points: 2 }));
  expect(text.replaceAll(/-?\d+\.\d+(e[+-]\d+)?/g, '#')).toMatchInlineSnapshot(`
    "doubled: 2 findings
      finite  D = 1  scale 1   judged 6 of 6                                                    OK
      finite  D = 1  scale 10  judged 6 of 6                                                    OK
      logDet  D = 1  scale 1   judged 2 of 2  error #, tolerance # (draw 0, point 0)  WRONG
    logDet in dimension 1 at scale 1: draw 0, point 0: logDet is # where the Jacobian's is #
    logDet in dimension 1 at scale 1: draw 0, point 1: logDet is # where the Jacobian's is #"
  `);
});

it('checkFlow fails unchecked flows: by a check that does not apply alone', () => {
  const { inverse: _, ...flow } = planar(2);
  expect(checkFlow(flow, { checks: ['roundTrip'] })).toMatchObject({ ok: false, outcomes: [] });
});
