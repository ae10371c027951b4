// The public checker's verdicts close to its thresholds, on both sides of each: hand-made flows whose errors are known.
import { type CheckName, checkFlow, type Flow, type InvertibleFlow } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { jacobiansOf } from '../../packages/flows/src/check/jacobian.ts';
import { deviation } from '../../packages/flows/src/check/rounding.ts';
import { tally, together } from '../../packages/flows/src/check/tally.ts';
import { linear } from '../laws/flow-mutants.ts';

type Forward = ReturnType<Flow['forward']>;

/** y = z + b with a chosen error: an addition to y, log-det or their gradients. */
function shifted(dim: number, wrong: Partial<Record<keyof typeof changes, number>> = {}): InvertibleFlow {
  const added = (x: Tensor, by = 0) => tf.add(x, by);
  const steep = (x: Tensor, by = 0) =>
    tf.customGrad((value) => ({
      value: tf.clone(value as Tensor),
      gradFunc: (dx: Tensor) => tf.mul(dx, 1 + by),
    }))(x);
  const zeros = (x: Tensor2D) => tf.zeros([x.shape[0]]);
  return {
    name: 'shifted',
    dim,
    paramShapes: { b: [dim] },
    initialParams: () => ({ b: new Float32Array(dim) }),
    forward: ({ b }, z) =>
      ({
        y: added(steep(tf.add(z, steep(b!, wrong.ofB)), wrong.ofY), wrong.y),
        logDet: added(zeros(z), wrong.logDet),
      }) as Forward,
    inverse: ({ b }, y) => ({
      z: added(steep(tf.sub(y, b!), wrong.ofZ), wrong.back) as Tensor2D,
      logDet: added(zeros(y), wrong.backLogDet) as Tensor1D,
    }),
  };
}

/** The possible errors. */
const changes = { y: 0, logDet: 0, ofY: 0, ofB: 0, back: 0, backLogDet: 0, ofZ: 0 };

const findings = (flow: Flow, check: CheckName, options: Parameters<typeof checkFlow>[1] = {}) =>
  checkFlow(flow, { checks: [check], draws: 2, points: 4, scale: 1, ...options }).findings;
const isFound = (...given: Parameters<typeof findings>) => findings(...given).length > 0;

describe('an error is allowed below its tolerance and found above', () => {
  it.each([
    ['logDet', 'log-det', { logDet: 8e-5 }, { logDet: 1.3e-4 }],
    ['start', 'log-det of the start', { logDet: 8e-6 }, { logDet: 1.3e-5 }],
    ['start', 'y of the start', { y: 7e-6 }, { y: 5e-5 }],
    ['roundTrip', 'z of the way back', { back: 1.2e-5 }, { back: 6e-5 }],
    ['roundTrip', 'log-det of the way back', { backLogDet: 8e-5 }, { backLogDet: 3e-3 }],
    ['gradients', 'gradient of y', { ofY: 0.005 }, { ofY: 0.02 }],
    ['gradients', 'gradient towards a parameter', { ofB: 0.005 }, { ofB: 0.02 }],
    ['inverseGradients', "inverse's gradient", { ofZ: 0.005 }, { ofZ: 0.02 }],
  ] as const)('%s: %s', (check, _, right, wrong) => {
    expect([isFound(shifted(3, right), check), isFound(shifted(3, wrong), check)]).toEqual([false, true]);
  });

  it('gradients: 3 % at each point, which no shorter and less accurate step forgives', () => {
    const { findings: list } = outcomeOf(shifted(3, { ofY: 0.03 }), 'gradients', { points: 40 });
    const along = list.filter((finding) => finding.includes('towards z') && finding.includes('along its gradient is'));
    expect(along.length).toBe(40);
  });

  it('gradients: a wrong one among many right ones', () => {
    expect(findings(shifted(3, { ofB: 0.02 }), 'gradients').every((finding) => !finding.includes('towards z'))).toBe(
      true,
    );
  });
});

const outcomeOf = (flow: Flow, check: CheckName, options: Parameters<typeof checkFlow>[1] = {}) =>
  checkFlow(flow, { checks: [check], draws: 1, points: 4, scale: 1, ...options }).outcomes[0]!;

/** y = slope·z in every coordinate. */
const stretched = (dim: number, slope: number): InvertibleFlow => ({
  name: 'stretched',
  dim,
  paramShapes: {},
  initialParams: () => ({}),
  forward: (_, z) => ({
    y: tf.mul(z, slope) as Tensor2D,
    logDet: tf.fill([z.shape[0]], dim * Math.log(Math.abs(slope))) as Tensor1D,
  }),
  inverse: (_, y) => ({
    z: tf.div(y, slope) as Tensor2D,
    logDet: tf.fill([y.shape[0]], -dim * Math.log(Math.abs(slope))) as Tensor1D,
  }),
});

/** J = [[1, 1], [1, 1 + gap]]: det J = gap, κ = (4 + 2·gap)/gap; log-det claimed rightly. */
const nearlySingular = (gap: number): Flow => {
  const flow = linear(2, (i, j) => 1 + i * j * gap);
  return {
    ...flow,
    forward: (params, z) => ({
      ...flow.forward(params, z),
      logDet: tf.fill([z.shape[0]], Math.log(gap)) as Tensor1D,
    }),
  };
};

describe('a condition up to its bound is judged, a worse one is not', () => {
  it('Jacobian: κ = Σ |J⁻¹_ji·J_ij|, log|det J|, sign and inverse by hand', () => {
    const inputs = { z: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) } };
    const [first, second] = jacobiansOf(
      linear(2, (i, j) => [2, 1, 3, -4][2 * i + j]!),
      [inputs],
    )[0]!;
    expect(first!.logAbsDet).toBeCloseTo(Math.log(11), 12);
    expect([first!.sign, second!.sign]).toEqual([-1, -1]);
    const inverse = [4 / 11, 1 / 11, 3 / 11, -2 / 11];
    for (const [i, element] of inverse.entries()) expect(first!.inverse[i]).toBeCloseTo(element, 12);
    expect(first!.condition).toBeCloseTo((2 * 4 + 1 * 3 + 3 * 1 + 4 * 2) / 11, 12);
    const singular = jacobiansOf(
      linear(2, () => 1),
      [inputs],
    )[0]![0]!;
    expect([singular.logAbsDet, singular.sign, singular.condition]).toEqual([Number.NEGATIVE_INFINITY, 0, Infinity]);
  });

  it.each([
    ['logDet', 0.0105, 0.0095], // κ/D = 191 and 211
    ['fold', 4.5e-5, 3.5e-5], // κ = 8.9e4 and 1.1e5
  ] as const)('%s: κ of gaps %f and %f', (check, right, worse) => {
    expect([
      outcomeOf(nearlySingular(right), check).judged > 0,
      outcomeOf(nearlySingular(worse), check).judged,
    ]).toEqual([true, 0]);
  });

  it('logDet: the identity in 250 dimensions, where κ is 250, and one that is wrong there', () => {
    const options = { scale: 1, draws: 1, points: 1 };
    expect(outcomeOf(shifted(250), 'logDet', options)).toMatchObject({ judged: 1, planned: 1, findings: [] });
    expect(isFound(shifted(250, { logDet: 5e-3 }), 'logDet', options)).toBe(true);
  });

  it.each([
    [1 / 900, 8 * 4],
    [1 / 1e5, 0],
    [1 / 2, 8 * 4],
  ])('roundTrip: a slope of %f leaves %i comparisons', (slope, judged) => {
    expect(outcomeOf(stretched(3, slope), 'roundTrip', { points: 8 }).judged).toBe(judged);
  });
});

describe('a right flow passes', () => {
  it.each([30, 300, 3000])('far from 0, at %d, where float32 has few digits left', (far) => {
    const { forward, inverse, ...rest } = shifted(3);
    const flow: InvertibleFlow = {
      ...rest,
      forward: (params, z) => {
        const { y, logDet } = forward(params, z);
        return { y: tf.add(y, far), logDet };
      },
      inverse: (params, y) => inverse(params, tf.sub(y, far)),
    };
    const { outcomes } = checkFlow(flow, { start: 'volume', draws: 2, points: 4 });
    expect(outcomes.flatMap((outcome) => outcome.findings)).toEqual([]);
  });

  it('with a parameter that it does not use', () => {
    const { paramShapes, initialParams, ...rest } = shifted(3);
    const flow: InvertibleFlow = {
      ...rest,
      paramShapes: { ...paramShapes, unused: [2] },
      initialParams: (from) => ({ ...initialParams(from), unused: new Float32Array(2) }),
    };
    expect(checkFlow(flow, { draws: 2, points: 4 }).findings).toEqual([]);
  });

  it('whose inverse TensorFlow.js cannot see through: its gradients are left out', () => {
    const flow: InvertibleFlow = {
      ...shifted(3),
      inverse: ({ b }, y) => {
        const values = tf.sub(y, b!).dataSync();
        return { z: tf.tensor2d(values, y.shape), logDet: tf.zeros([y.shape[0]]) };
      },
    };
    const { ok, outcomes } = checkFlow(flow, { draws: 2, points: 4 });
    expect([ok, outcomes.some(({ check }) => check === 'inverseGradients')]).toEqual([true, false]);
  });

  it('with a forward map that has no gradient is refused in words, and nothing is left recording', () => {
    const flow: Flow = {
      ...shifted(3),
      forward: (_, z) => ({ y: tf.topk(z, 3).values as Tensor2D, logDet: tf.zeros([z.shape[0]]) }),
    };
    const before = tf.memory().numTensors;
    expect(() => checkFlow(flow, { checks: ['logDet'] })).toThrow(/shifted.forward: expected y as operations on z/);
    expect([tf.engine().state.activeTape ?? null, tf.memory().numTensors]).toEqual([null, before]);
  });
});

describe('enough of a check has to be judged', () => {
  it('of each input: one whose gradient nobody can judge does not hide behind the others', () => {
    const { forward, ...rest } = shifted(3);
    const wild = tf.customGrad((value) => ({
      value: tf.clone(value as Tensor),
      gradFunc: (dx: Tensor) => tf.mul(dx, tf.sin(tf.mul(value as Tensor, 1e9))),
    }));
    const flow: Flow = {
      ...rest,
      paramShapes: { b: [3], c: [3] },
      initialParams: () => ({ b: new Float32Array(3), c: new Float32Array(3) }),
      forward: ({ b, c }, z) => forward({ b: b! }, tf.add(z, wild(c!)) as Tensor2D),
    };
    expect(findings(flow, 'gradients')).toEqual([
      expect.stringMatching(/^gradients in dimension 3, c: \d+ of \d+ comparisons could be judged/),
    ]);
  });

  /** Log-dets of few points can be judged: where the first coordinate is small, the map is the identity. */
  const rare = (bound: number): Flow => {
    const flow = nearlySingular(1e-6);
    return {
      ...flow,
      forward: (params, z) => {
        const isRare = tf.step(tf.sub(bound, tf.abs(tf.slice(z, [0, 0], [-1, 1]))));
        const y = tf.add(tf.mul(isRare, z), tf.mul(tf.sub(1, isRare), flow.forward(params, z).y)) as Tensor2D;
        return { y, logDet: tf.mul(tf.sub(1, tf.squeeze(isRare, [1])), Math.log(1e-6)) as Tensor1D };
      },
    };
  };
  it.each([0.1, 0.15, 0.2, 0.3, 0.4, 0.6])('a tenth of them, for any share: first coordinate below %f', (bound) => {
    const report = checkFlow(rare(bound), { checks: ['logDet'], scale: 1, draws: 5, points: 20 });
    const { judged, planned } = report.outcomes[0]!;
    expect([planned, report.ok]).toEqual([100, judged >= 10]);
  });

  it('in each dimension by itself', () => {
    const report = checkFlow((dim) => (dim === 2 ? nearlySingular(1e-6) : shifted(dim)), {
      checks: ['logDet'],
      dims: [2, 3],
      scale: 1,
      draws: 1,
      points: 4,
    });
    expect(report.findings).toEqual([
      'logDet in dimension 2: 0 of 4 comparisons could be judged; ask for smaller scales',
    ]);
  });
});

it('tally: an error is wrong above the allowed one, not at it, and the worst is the largest share', () => {
  const one = (error: number, allowed: number, at: string) => ({ error, allowed, at, finding: () => `${error}` });
  expect(tally([one(1, 1, 'a'), one(2, 1, 'b'), one(10, 9, 'c'), undefined])).toEqual({
    judged: 3,
    planned: 4,
    kinds: {},
    worst: { error: 2, allowed: 1, at: 'b' },
    findings: ['b: 2', 'c: 10'],
  });
});

it('tally: counts by kind add up over draws', () => {
  const right = { error: 0, allowed: 1, at: '', finding: () => '' };
  const draw = tally([right, undefined, right], (i) => (i < 2 ? 'z' : 'log-det'));
  expect(draw.kinds).toEqual({ z: { judged: 1, planned: 2 }, 'log-det': { judged: 1, planned: 1 } });
  expect(together([draw, tally([undefined], () => 'z')]).kinds).toEqual({
    z: { judged: 1, planned: 3 },
    'log-det': { judged: 1, planned: 1 },
  });
});

it('deviation: the largest distance from the first value, NaN where one is not a number', () => {
  expect(deviation([1, 2, -3, 4])).toBe(4);
  expect(deviation([1])).toBe(0);
  expect(deviation([1, Number.NaN, 5])).toBeNaN();
  expect(deviation([1, 5, Number.NaN])).toBeNaN();
});

describe('invariants: quantities declared to be positive', () => {
  const declaring = (value: number): Flow => ({ ...shifted(2), invariants: () => ({ slope: tf.scalar(value) }) });
  it.each([
    [1e-30, 1, false],
    [0, 1, true],
    [0, 3, false], // it may round to 0
    [-1e-30, 3, true],
    [Number.NaN, 3, true],
  ])('%f at scale %f', (value, scale, found) => {
    expect(isFound(declaring(value), 'invariants', { scale, draws: 1 })).toBe(found);
  });
});

it('the same points and parameters come with the same key only', () => {
  const seen = (seed: number) =>
    checkFlow(stretched(2, 2), { key: key(seed), checks: ['roundTrip'], scale: 1, draws: 1 });
  expect(seen(4)).toEqual(seen(4));
  expect(seen(4)).not.toEqual(seen(5));
});
