// Target densities against an independent float64 program: log densities, log Z, moments; both engines.
import { type TargetDensity, type TargetName, target, targets } from '@flowvae/datasets';
import { parameterSpace } from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { type Scalar, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { readCommitted } from '../reference/committed-json.ts';

interface Reference {
  readonly logZ: number;
  readonly moments: Readonly<Record<string, { readonly mean: number; readonly std: number }>>;
  readonly points: readonly {
    readonly values: Readonly<Record<string, number | readonly number[]>>;
    readonly logDensity: number;
  }[];
}

const reference = readCommitted<Record<TargetName, Reference>>('targets');

const all = Object.entries(targets) as [TargetName, TargetDensity][];

/** The points of the reference, [B, ...shape] by name. */
function pointsOf(name: TargetName): Inputs {
  const { points } = reference[name];
  const { shapes } = parameterSpace(targets[name].parameters);
  const arrays = Object.entries(shapes).map(([parameter, shape]) => {
    const values = points.flatMap(({ values: each }) => each[parameter]!);
    return [parameter, shaped(values, [points.length, ...shape])] as const;
  });
  return Object.fromEntries(arrays);
}

const densityOf =
  ({ logDensity }: TargetDensity) =>
  (values: Tensors) => ({ logDensity: logDensity(values) });

it('targets have a reference each, and no other has one', () => {
  expect(Object.keys(targets).toSorted()).toEqual(Object.keys(reference).toSorted());
});

describe.each(all)('%s', (name, given) => {
  it.each(['eager', 'compiled'] as const)('has the log density of the float64 program, %s', async (engine) => {
    const found = await (engine === 'eager' ? eager : compiled)(densityOf(given), pointsOf(name));
    const expected = reference[name].points.map(({ logDensity }) => logDensity);
    expect(differences('log density', found.logDensity!, expected, 1e-5)).toEqual([]);
  });

  it('has its log Z and its moments, one for each column', () => {
    const { logZ, moments } = reference[name];
    expect(given.logZ).toBeCloseTo(logZ, 6);
    expect(Object.keys(given.moments!)).toEqual(parameterSpace(given.parameters).columns);
    for (const [column, { mean, std }] of Object.entries(moments)) {
      const stated = given.moments![column]!;
      expect(Math.abs(stated.mean - mean) / std).toBeLessThan(1e-5);
      expect(Math.abs(stated.std - std) / std).toBeLessThan(1e-5);
    }
  });

  it('says where it comes from, and how its numbers were had', () => {
    expect(given.name).toBe(name);
    for (const text of [given.title, given.source, given.reference]) expect(text.length).toBeGreaterThan(5);
  });

  it('gives the same gradient on both engines, through its constraints, and finite far out', async () => {
    const space = parameterSpace(given.parameters);
    const loss = ({ u }: Tensors) => {
      const { values, logDet } = space.constrain(u as Tensor2D);
      return tf.mean(tf.add(given.logDensity(values), logDet)) as Scalar;
    };
    const drawn = drawNormal(key(7), 6 * space.dim).map((value, i) => (i < 3 * space.dim ? value : 4 * value));
    const inputs = { u: shaped(drawn, [6, space.dim]) };
    const expected = eager(withGradients(loss), inputs);
    const found = await compiled(withGradients(loss), inputs);
    expect(gradientDifferences('gradient', found['gradient:u']!, expected['gradient:u']!, 1e-3)).toEqual([]);
    expect(differences('value', found.value!, expected.value!, 1e-4)).toEqual([]);
    expect(expected['gradient:u']!.every(Number.isFinite)).toBe(true);
  });

  it('has the gradient of its log density, by differences', () => {
    const points = pointsOf(name);
    const loss = (values: Tensors) => tf.sum(given.logDensity(values)) as Scalar;
    const gradients = eager(withGradients(loss), points);
    for (const [parameter, { values, shape }] of Object.entries(points)) {
      // along one direction, in float32: a step of 1 % of the values
      const direction = values.map((value) => 0.01 * Math.max(0.1, Math.abs(value)));
      const at = (sign: number) => {
        const moved = shaped(
          values.map((value, i) => value + sign * direction[i]!),
          shape,
        );
        return eager((tensors) => ({ logDensity: given.logDensity(tensors) }), { ...points, [parameter]: moved });
      };
      const [above, below] = [at(1).logDensity!, at(-1).logDensity!];
      const slope = above.reduce((sum, value, i) => sum + (value - below[i]!) / 2, 0);
      const size = above.reduce((sum, value, i) => sum + Math.abs(value - below[i]!) / 2, 0);
      const expected = gradients[`gradient:${parameter}`]!.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      expect(Math.abs(slope - expected)).toBeLessThan(5e-3 * size + 1e-4);
    }
  });
});

describe('the mass on the plane', () => {
  const middles = (from: number, to: number, count: number) =>
    Array.from({ length: count }, (_, i) => from + ((to - from) * (i + 0.5)) / count);

  it.each([
    ['U1', [-6, 6], [-6, 6]],
    ['U2', [-4, 4], [-4, 4]],
    ['U3', [-4, 4], [-6, 4]],
    ['U4', [-4, 4], [-7, 4]],
    ['banana', [-50, 50], [-75, 10]],
    ['eight-gaussians', [-5, 5], [-5, 5]],
    ['ring', [-4, 4], [-4, 4]],
  ] as const)('of %s is exp(log Z)', (name, [left, right], [bottom, top]) => {
    const [across, up] = [middles(left, right, 240), middles(bottom, top, 240)];
    const { shapes } = parameterSpace(targets[name].parameters);
    const names = Object.keys(shapes);
    const xs = across.flatMap((x) => up.map(() => x));
    const ys = across.flatMap(() => up);
    const inputs: Inputs =
      names.length === 1
        ? {
            [names[0]!]: shaped(
              xs.flatMap((x, i) => [x, ys[i]!]),
              [xs.length, 2],
            ),
          }
        : { [names[0]!]: shaped(xs, [xs.length]), [names[1]!]: shaped(ys, [ys.length]) };
    const { logDensity } = eager(densityOf(targets[name]), inputs);
    const cell = ((right - left) / 240) * ((top - bottom) / 240);
    const mass = logDensity!.reduce((sum, value) => sum + Math.exp(value), 0) * cell;
    expect(Math.log(mass)).toBeCloseTo(targets[name].logZ!, 3);
  });
});

describe('a target', () => {
  it('is found by its name', () => {
    expect(target('funnel')).toBe(targets.funnel);
    expect(() => target('funel')).toThrow(/^target: expected one of U1, U2, .*, got 'funel'; did you mean funnel\?$/);
    expect(() => target('toString')).toThrow("got 'toString'");
  });

  it('refuses values of another shape, and missing ones', () => {
    tf.tidy(() => {
      expect(() => targets.funnel.logDensity({ v: tf.zeros([2]), x: tf.zeros([2, 8]) })).toThrow(
        'target funnel: x: expected [batch, 9], got [2, 8]',
      );
      expect(() => targets.banana.logDensity({ x1: tf.zeros([2]) })).toThrow(
        'target banana: x2: expected a value, got none',
      );
    });
  });

  it('of both parametrisations of eight schools is the same posterior', () => {
    const [centred, free] = [targets['eight-schools'], targets['eight-schools-non-centred']];
    const [mu, tau, eta] = [drawNormal(key(1), 5), [0.5, 1, 3, 10, 30], drawNormal(key(2), 40)];
    const both = eager(
      ({ mu: m, tau: t, eta: e }) => {
        const column = (x: typeof m) => tf.expandDims(x!, 1);
        const theta = tf.add(column(m), tf.mul(column(t), e!));
        const jacobian = tf.mul(tf.log(t!), 8);
        return {
          centred: tf.add(centred.logDensity({ mu: m!, tau: t!, theta }), jacobian),
          free: free.logDensity({ mu: m!, tau: t!, eta: e! }),
        };
      },
      { mu: shaped(mu, [5]), tau: shaped(tau, [5]), eta: shaped(eta, [5, 8]) },
    );
    expect(differences('log density', both.centred!, both.free!, 1e-5)).toEqual([]);
  });
});
