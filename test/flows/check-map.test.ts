// The public checker's judgement of log-dets, folds, invariants and round trips, at Jacobians and results given by
// hand.
import type { Flow, InvertibleFlow } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import type { Jacobian } from '../../packages/flows/src/check/jacobian.ts';
import { fold, invariants, logDet, roundTrip } from '../../packages/flows/src/check/map-checks.ts';
import type { Probe } from '../../packages/flows/src/check/probe.ts';

const EPSILON = 2 ** -23;

const jacobian = (given: Partial<Jacobian> = {}): Jacobian => ({
  logAbsDet: 0,
  sign: 1,
  inverse: Float64Array.of(1, 0, 0, 1),
  condition: 2,
  ...given,
});

describe('logDet', () => {
  interface Given {
    readonly claimed: number;
    /** Changes of the claimed log-det by rounding. */
    readonly moved?: readonly number[];
    readonly at?: Partial<Jacobian>;
    /** log|det J| with other roundings. */
    readonly others?: readonly number[];
  }
  const checked = ({ claimed, moved = [], at = {}, others = [] }: Given) => {
    const own = jacobian(at);
    return logDet({
      flow: { dim: 2 },
      forward: () => ({ logDet: Float32Array.of(claimed) }),
      rounded: () => [0, ...moved].map((by) => ({ logDet: Float64Array.of(claimed + by) })),
      jacobians: () => [own],
      roundedJacobians: () => [[own], ...others.map((logAbsDet) => [{ ...own, logAbsDet }])],
    } as unknown as Probe);
  };

  it('allows 1e-4 and ten times the rounding, relative to the log-det if that is above 1', () => {
    const rounding = 2e-5 + 100 * EPSILON;
    const given = { claimed: 0.25, moved: [1e-5, -2e-5], at: { condition: 100, logAbsDet: 0.25 } };
    expect(checked(given).worst).toEqual({
      error: 0,
      allowed: expect.closeTo(1e-4 + 10 * rounding, 12),
      at: 'point 0',
    });
    const large = checked({ ...given, claimed: -4, at: { condition: 100, logAbsDet: -4 } });
    expect(large.worst!.allowed).toBeCloseTo(1e-4 + (10 * rounding) / 4, 12);
    expect(checked({ claimed: 2, at: { logAbsDet: 4 } })).toMatchObject({
      worst: { error: 0.5 },
      findings: ["point 0: logDet is 2 where the Jacobian's is 4"],
    });
  });

  it('counts the rounding of the Jacobian itself where a claim seems wrong', () => {
    const right = { claimed: 5e-4, others: [1e-4, -5e-5] };
    expect(checked(right)).toMatchObject({ judged: 1, findings: [] });
    expect(checked(right).worst!.allowed).toBeCloseTo(1e-4 + 10 * (1e-4 + 2 * EPSILON), 10);
    expect(checked({ ...right, others: [2e-5] }).findings.length).toBe(1);
    expect(checked({ ...right, claimed: 5e-5 }).worst!.allowed).toBeCloseTo(1e-4 + 20 * EPSILON, 12);
  });

  it('is not judged where rounding could hide an error of a percent, unless it is wrong all the same', () => {
    expect(checked({ claimed: 0, moved: [1.99e-4] }).judged).toBe(1);
    expect(checked({ claimed: 0, moved: [2.01e-4] }).judged).toBe(0);
    expect(checked({ claimed: 0.002, moved: [2.01e-4] }).judged).toBe(0);
    expect(checked({ claimed: 0.0022, moved: [2.01e-4] }).findings.length).toBe(1);
  });

  it('is not judged at a condition beyond 200 for each dimension', () => {
    const at = (condition: number) => checked({ claimed: 0, at: { condition } }).judged;
    expect([at(400), at(401)]).toEqual([1, 0]);
  });

  it('is wrong at a singular Jacobian only above what rounding can explain', () => {
    const at = { condition: Number.POSITIVE_INFINITY, logAbsDet: Number.NEGATIVE_INFINITY, largestLogDet: -5 };
    expect(checked({ claimed: -4.5, at }).findings).toEqual(['point 0: logDet is -4.5 where the Jacobian is singular']);
    expect(checked({ claimed: -5, at })).toMatchObject({ judged: 0, planned: 1 });
  });

  it('is wrong where the Jacobian is not finite', () => {
    const at = { condition: Number.NaN };
    expect(checked({ claimed: 0, at }).findings).toEqual(['point 0: the Jacobian is not finite']);
  });
});

describe('fold', () => {
  const found = (first: readonly Partial<Jacobian>[], ...copies: readonly (readonly Partial<Jacobian>[])[]) => {
    const all = [first, ...copies].map((list) => list.map(jacobian));
    return fold({ jacobians: () => all[0], roundedJacobians: () => all } as unknown as Probe);
  };
  const text = 'det J is positive at one point and negative at another, so the map folds';

  it('is found where the sign differs from that of the first certain point', () => {
    const signs = [
      { sign: 1, condition: 1e5 + 0.5 },
      { sign: -1, condition: 1e5 },
      { sign: -1 },
      { sign: 1 },
      { sign: 1, condition: Number.NaN },
    ];
    expect(found(signs)).toMatchObject({ judged: 3, planned: 5, findings: [`point 3: ${text}`] });
    expect(found(signs.map(({ sign: _, ...rest }) => rest))).toMatchObject({ judged: 3, findings: [] });
  });

  it('is not found at a point where rounding turns the sign, or moves log|det J| by a tenth', () => {
    const [plus, minus] = [{ sign: 1 }, { sign: -1 }];
    expect(found([plus, minus], [plus, minus]).findings.length).toBe(1);
    expect(found([plus, minus], [plus, plus])).toMatchObject({ judged: 1, findings: [] });
    expect(found([plus, minus], [plus, { ...minus, logAbsDet: 0.099 }]).findings.length).toBe(1);
    expect(found([plus, minus], [plus, { ...minus, logAbsDet: 0.101 }])).toMatchObject({ judged: 1, findings: [] });
    expect(found([plus, plus], [plus, minus])).toMatchObject({ judged: 2, findings: [] }); // nobody asks
  });
});

it('invariants are one comparison for each number, wrong if not positive', () => {
  const flow = { invariants: () => ({ slope: tf.tensor1d([1, -2]), width: tf.scalar(3) }) } as unknown as Flow;
  const probe = { flow, inputs: { z: { shape: [1, 1], values: new Float32Array(1) } }, scale: 1 } as unknown as Probe;
  expect(invariants(probe)).toMatchObject({ judged: 3, findings: ['slope: it is -2, and has to be positive'] });
});

describe('roundTrip', () => {
  interface Given {
    /** Results of the inverse, where z and y are (0, 4). */
    readonly back?: readonly number[];
    readonly logDets?: readonly [forth: number, back: number];
    /** Changes of the inverse's results by rounding: z₀, log-det. */
    readonly moved?: readonly [number, number];
    /** Change of the forward log-det by rounding. */
    readonly forthMoved?: number;
    readonly inverse?: readonly number[];
  }
  const at = ({ back = [0, 4], logDets = [0, 0], moved = [0, 0], forthMoved = 0, inverse = [1, 0, 0, 1] }: Given) => ({
    z: [0, 4],
    back,
    backMoved: [back[0]! + moved[0], back[1]!],
    forth: [logDets[0], logDets[0] + forthMoved],
    negated: [logDets[1], logDets[1] + moved[1]],
    inverse,
  });
  /** Round trips at several points. */
  const checkedAt = (points: readonly ReturnType<typeof at>[]) => {
    const count = points.length;
    const results = (isMoved: boolean, copies: number) => ({
      z: tf.tile(tf.tensor2d(points.map(({ back, backMoved }) => [...(isMoved ? backMoved : back)])), [copies, 1]),
      logDet: tf.tile(tf.tensor1d(points.map(({ negated }) => negated[Number(isMoved)]!)), [copies]),
    });
    const flow: InvertibleFlow = {
      name: 'given',
      dim: 2,
      paramShapes: {},
      initialParams: () => ({}),
      forward: (_, z) => ({ y: z, logDet: tf.zeros([z.shape[0]]) }),
      // moved inputs come in one call
      inverse: (_, y) => results(y.shape[0] > count, y.shape[0] / count) as { z: Tensor2D; logDet: Tensor1D },
    };
    const values = Float32Array.from(points.flatMap(({ z }) => z));
    return roundTrip({
      flow,
      key: key(1),
      inputs: { z: { shape: [count, 2], values } },
      forward: () => ({ y: values, logDet: Float32Array.from(points, ({ forth }) => forth[0]!) }),
      rounded: () => [0, 1].map((copy) => ({ logDet: Float64Array.from(points, ({ forth }) => forth[copy]!) })),
      jacobians: () => points.map(({ inverse }) => jacobian({ inverse: Float64Array.from(inverse) })),
    } as unknown as Probe);
  };
  const checked = (given: Given) => checkedAt([at(given)]);
  const counts = ({ kinds }: ReturnType<typeof checked>) => [kinds.z!.judged, kinds['log-det']!.judged];

  it('allows z an error of 2e-5 times the growth by J⁻¹, relative to z', () => {
    const worst = (inverse: readonly number[], back: readonly [number, number]) => checked({ inverse, back }).worst!;
    expect(worst([1, 0, 0, 0.2], [1e-6, 4])).toMatchObject({
      error: expect.closeTo(1e-6),
      allowed: 2e-5,
      at: 'point 0',
    });
    expect(worst([3, 1, 0, 0.2], [1e-6, 4]).allowed).toBeCloseTo(2e-5 * 5, 12); // 3·1 and 1·|y₁|
    expect(worst([1, 0, 3, -1], [0, 4.5])).toMatchObject({ error: 0.125, allowed: expect.closeTo(2e-5 * 5, 12) });
    expect(worst([0.1, 0.1, 0, 1], [0, 4])).toMatchObject({ error: 0 });
  });

  it('judges each point by its own numbers', () => {
    const usual = at({ logDets: [2, -2] });
    const own = { ...usual, z: [100, -10], inverse: [1, 0, 0, 3], forth: [4, 4], negated: [-4, -4] };
    const ofZ = checkedAt([usual, { ...own, back: [100, -10.5], backMoved: [100, -10.5] }]);
    expect(ofZ.worst).toEqual({ error: expect.closeTo(0.05), allowed: expect.closeTo(2e-5 * 30, 10), at: 'point 1' });
    const moved = checkedAt([usual, { ...own, back: [100, -10.5], backMoved: [100, -10.5 + 2 ** -13] }]);
    expect(moved.worst!.allowed).toBeCloseTo(2e-5 * 30 + 2 ** -13, 10); // ten times the change, relative to 10
    const ofLogDet = checkedAt([usual, { ...own, back: own.z, backMoved: own.z, negated: [-5, -5] }]);
    expect(ofLogDet.worst).toEqual({ error: 0.25, allowed: 0.25, at: 'point 1' });
    expect(ofLogDet.kinds).toEqual({ z: { judged: 4, planned: 4 }, 'log-det': { judged: 2, planned: 2 } });
  });

  it('compares nothing of a flow without an inverse', () => {
    expect(roundTrip({ flow: {} } as unknown as Probe)).toMatchObject({ judged: 0, planned: 0, findings: [] });
  });

  it('says which number came back', () => {
    expect(checked({ back: [0, 8], logDets: [1, 1] }).findings).toEqual([
      'point 0: z is 4, and after forward and inverse 8',
      'point 0: logDet is 1 forward and 1 on the way back',
    ]);
  });

  it('allows ten times the change by rounding, and does not judge a coordinate beyond 1e-3', () => {
    const { worst, ...rest } = checked({ back: [2 ** -15, 4], moved: [2 ** -14, 0] });
    expect(worst).toMatchObject({ error: 2 ** -15, allowed: expect.closeTo(2e-5 + 10 * 2 ** -14, 10) });
    expect(counts({ worst, ...rest } as ReturnType<typeof checked>)).toEqual([2, 1]);
    expect(counts(checked({ moved: [2 ** -13, 0] }))).toEqual([1, 1]);
    expect(counts(checked({ moved: [0.99e-4, 0] }))).toEqual([2, 1]);
    expect(counts(checked({ moved: [1.01e-4, 0] }))).toEqual([1, 1]);
  });

  it('allows the log-det 1e-4 times the squared growth, at most 0.25, and ten times the rounding of both', () => {
    const allowedAt = (growth: number, given: Given = {}) =>
      checked({ logDets: [0.5, -0.5 + 2 ** -10], inverse: [growth, 0, 0, 0.2], ...given }).worst!.allowed;
    expect(allowedAt(1)).toBeCloseTo(1e-4, 12);
    expect(allowedAt(7)).toBeCloseTo(49e-4, 12);
    expect(allowedAt(49)).toBeCloseTo(0.2401, 12);
    expect(allowedAt(51)).toBe(0.25);
    expect(allowedAt(1, { moved: [0, 2 ** -10], forthMoved: 2 ** -9 })).toBeCloseTo(
      1e-4 + 10 * (2 ** -10 + 2 ** -9),
      12,
    );
    const large = allowedAt(1, { logDets: [-4, 4.5], moved: [0, 2 ** -10], forthMoved: 2 ** -9 });
    expect(large).toBeCloseTo(1e-4 + (10 * (2 ** -10 + 2 ** -9)) / 4, 12);
  });

  it('does not judge a log-det that needs more than 0.5', () => {
    const inverse = [60, 0, 0, 0.2];
    expect(counts(checked({ inverse, forthMoved: 0.0249 }))).toEqual([2, 1]);
    expect(counts(checked({ inverse, forthMoved: 0.0251 }))).toEqual([2, 0]);
    expect(counts(checked({ inverse, forthMoved: 0.0251, logDets: [4, -4] }))).toEqual([2, 1]);
    expect(counts(checked({ forthMoved: Number.NaN }))).toEqual([2, 0]);
  });

  it('judges nothing beyond a growth of 1000, and finds a Jacobian that is not finite', () => {
    expect(counts(checked({ inverse: [1000, 0, 0, 1] }))).toEqual([2, 1]);
    expect(counts(checked({ inverse: [1000.5, 0, 0, 1] }))).toEqual([0, 0]);
    expect(checked({ inverse: [1, Number.NaN, 0, 1] })).toMatchObject({
      judged: 3,
      findings: new Array(3).fill('point 0: y or its Jacobian is not finite'),
    });
  });
});
