// Hamiltonian Monte Carlo: the leapfrog runs backwards, the transition leaves a density as it is, and without its test
// it would not.
import { type HmcInputs, type HmcTransition, hmcTransition, type LogDensity, leapfrog } from '@flowvae/objectives';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';

const dim = 2;
const [rho, sd] = [0.8, [0.5, 2]] as const;

/** Normal with mean (0, −1), standard deviations 0.5 and 2 and correlation 0.8; not normalised. */
const correlated: LogDensity = (z) => {
  const [a, b] = tf.split(z, 2, 1) as [Tensor2D, Tensor2D];
  const [u, v] = [tf.div(a, sd[0]), tf.div(tf.add(b, 1), sd[1])];
  const quadratic = tf.add(tf.sub(tf.square(u), tf.mul(tf.mul(u, v), 2 * rho)), tf.square(v));
  return tf.sum(tf.mul(quadratic, -0.5 / (1 - rho ** 2)), 1) as Tensor1D;
};

/** Logistic in each dimension: neither normal nor with bounded curvature of the density. */
const logistic: LogDensity = (z) => tf.sum(tf.neg(tf.add(z, tf.mul(tf.softplus(tf.neg(z)), 2))), 1) as Tensor1D;

const exactDraws = {
  correlated: (count: number) => {
    const noise = drawNormal(key(11), 2 * count);
    return Float32Array.from(noise, (value, i) =>
      i % 2 === 0 ? sd[0] * value : -1 + sd[1] * (rho * noise[i - 1]! + Math.sqrt(1 - rho ** 2) * value),
    );
  },
  logistic: (count: number) => drawUniform(key(12), 2 * count).map((u) => Math.log((u + 2 ** -25) / (1 - u))),
};

/** Moments of a row whose means must stay: of z, and of functions in which the tails count. */
const statistics = ([a, b]: readonly [number, number]) => [a, b, a * a, a * b, b * b, Math.abs(a), Math.cos(3 * b)];

/** Means over rows and their standard errors. */
function moments(z: Float32Array) {
  const rows = Array.from({ length: z.length / dim }, (_, i) => statistics([z[2 * i]!, z[2 * i + 1]!]));
  return rows[0]!.map((_, j) => {
    const mean = rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[j]! - mean) ** 2, 0) / rows.length;
    return { mean, standardError: Math.sqrt(variance / rows.length) };
  });
}

type Transition = (...given: Parameters<typeof hmcTransition>) => Pick<HmcTransition, 'z' | 'acceptance'>;

/** Draws after some transitions, and the mean acceptance. */
function after(transitions: number, target: LogDensity, start: Float32Array, step: number, transition: Transition) {
  const count = start.length / dim;
  let [z, total] = [start, 0];
  for (let t = 0; t < transitions; t++) {
    const inputs = {
      z: shaped(z, [count, dim]),
      momentum: shaped(drawNormal(fold(key(13), t), count * dim), [count, dim]),
      uniform: shaped(drawUniform(fold(key(14), t), count), [count]),
      stepSize: shaped(new Float32Array(count).fill(step), [count]),
    };
    const moved = eager((given) => ({ ...transition(target, given as unknown as HmcInputs, 3) }), inputs);
    z = moved.z as Float32Array;
    total += moved.acceptance!.reduce((sum, value) => sum + value, 0) / count / transitions;
  }
  return { z, acceptance: total };
}

/** By how many standard errors the worst of the moments is off. */
function worstShift(before: Float32Array, z: Float32Array): number {
  const [from, to] = [moments(before), moments(z)];
  const shifts = from.map(
    ({ mean, standardError }, j) =>
      Math.abs(to[j]!.mean - mean) / Math.sqrt(standardError ** 2 + to[j]!.standardError ** 2),
  );
  return Math.max(...shifts);
}

describe.each([
  ['correlated normal', correlated, exactDraws.correlated, 0.42],
  ['logistic', logistic, exactDraws.logistic, 2.5],
] as const)('%s', (_, target, draw, step) => {
  const start = draw(5000);

  it('stays as it is under transitions of which many are refused', () => {
    const { z, acceptance } = after(3, target, start, step, hmcTransition);
    expect(acceptance).toBeGreaterThan(0.4);
    expect(acceptance).toBeLessThan(0.9);
    expect(worstShift(start, z)).toBeLessThan(4.5);
    expect(z.reduce((moved, value, i) => moved + Number(value !== start[i]), 0)).toBeGreaterThan(0.8 * z.length);
  });

  it.each<[string, Transition]>([
    [
      'without the Metropolis test',
      (f, given, steps) => hmcTransition(f, { ...given, uniform: tf.sub(given.uniform, 1) }, steps),
    ],
    ['whose test forgets the momentum', forgetful],
  ])('would not under one %s', (__, mutant) => {
    expect(worstShift(start, after(3, target, start, step, mutant).z)).toBeGreaterThan(5);
  });
});

/** Accepts by the density alone. */
function forgetful(target: LogDensity, given: HmcInputs, steps: number) {
  const { z } = leapfrog(target, given, { stepSize: given.stepSize, steps });
  const acceptance: Tensor1D = tf.exp(tf.minimum(tf.sub(target(z), target(given.z)), 0));
  return { z: tf.where(tf.expandDims(tf.less(given.uniform, acceptance), 1), z, given.z) as Tensor2D, acceptance };
}

const rows = 40;
const phase = {
  z: shaped(exactDraws.correlated(rows), [rows, dim]),
  momentum: shaped(drawNormal(key(3), rows * dim), [rows, dim]),
  stepSize: shaped(
    drawUniform(key(4), rows).map((u) => 0.05 + 0.3 * u),
    [rows],
  ), // one for each row
};
const flow = ({ z, momentum, stepSize }: Tensors, sign = 1) =>
  leapfrog(
    correlated,
    { z: z as Tensor2D, momentum: tf.mul(momentum!, sign) as Tensor2D },
    { stepSize: stepSize as Tensor1D, steps: 7 },
  );

describe('leapfrog', () => {
  it('with the momentum turned round comes back', () => {
    const there = eager((given) => ({ ...flow(given) }), phase);
    const shapes = { z: [rows, dim], momentum: [rows, dim] };
    const turned = {
      z: shaped(there.z!, shapes.z),
      momentum: shaped(there.momentum!, shapes.momentum),
      stepSize: phase.stepSize,
    };
    const back = eager((given) => ({ ...flow(given, -1) }), turned);
    expect(differences('z', back.z!, phase.z.values, 1e-5)).toEqual([]);
    expect(
      differences(
        'momentum',
        back.momentum!.map((value) => -value),
        phase.momentum.values,
        1e-5,
      ),
    ).toEqual([]);
    expect(differences('moved', there.z!, phase.z.values, 0.1)).not.toEqual([]);
  });

  it('keeps the energy up to the square of the step', () => {
    const energyError = (scale: number) => {
      const { error } = eager(({ z, momentum, stepSize }) => {
        const energy = (at: { z: Tensor2D; momentum: Tensor2D }) =>
          tf.sub(tf.mul(tf.sum(tf.square(at.momentum), 1), 0.5), correlated(at.z));
        const start = { z: z as Tensor2D, momentum: momentum as Tensor2D };
        const end = leapfrog(correlated, start, {
          stepSize: tf.mul(stepSize!, scale) as Tensor1D,
          steps: Math.round(4 / scale),
        });
        return { error: tf.mean(tf.abs(tf.sub(energy(end), energy(start)))) };
      }, phase);
      return error![0]!;
    };
    const ratio = energyError(0.5) / energyError(0.25);
    expect(ratio).toBeGreaterThan(3);
    expect(ratio).toBeLessThan(5.5);
  });
});

describe('a transition', () => {
  const inputs = { ...phase, uniform: shaped(drawUniform(key(5), rows), [rows]) };
  const transition = (given: Tensors) => ({ ...hmcTransition(correlated, given as unknown as HmcInputs, 3) });

  it('is the same compiled as eagerly', async () => {
    const [wanted, found] = [eager(transition, inputs), await compiled(transition, inputs)];
    expect(differences('z', found.z!, wanted.z!, 1e-5)).toEqual([]);
    expect(differences('acceptance', found.acceptance!, wanted.acceptance!, 1e-4)).toEqual([]);
  });

  it('tells the change of the energy, by which it accepts', () => {
    const { change, energyError, acceptance } = eager((given) => {
      const start = { z: given.z as Tensor2D, momentum: given.momentum as Tensor2D };
      const end = leapfrog(correlated, start, { stepSize: given.stepSize as Tensor1D, steps: 3 });
      const energy = (at: typeof start) =>
        tf.sub(tf.mul(tf.sum(tf.square(at.momentum), 1), 0.5), correlated(at.z)) as Tensor1D;
      return { change: tf.sub(energy(end), energy(start)), ...transition(given) };
    }, inputs);
    expect(differences('energyError', energyError!, change!, 1e-5)).toEqual([]);
    const wanted = energyError!.map((error) => Math.min(1, Math.exp(-error)));
    expect(differences('acceptance', acceptance!, wanted, 1e-6)).toEqual([]);
    expect(Math.max(...energyError!)).toBeGreaterThan(0.1);
  });

  it('stays where the energy of the proposal is not a number', () => {
    const wall: LogDensity = (z) => tf.sum(tf.sqrt(z), 1) as Tensor1D; // NaN below 0
    const given = {
      ...inputs,
      z: shaped(inputs.z.values.map(Math.abs), [rows, dim]),
      stepSize: shaped(new Float32Array(rows).fill(50), [rows]),
    };
    const { z, acceptance } = eager(
      (tensors) => ({ ...hmcTransition(wall, tensors as unknown as HmcInputs, 3) }),
      given,
    );
    const refused = Array.from(acceptance!, (value, i) => (value === 0 ? i : -1)).filter((i) => i >= 0);
    expect(refused.length).toBeGreaterThan(rows / 4);
    for (const i of refused) expect(z!.slice(2 * i, 2 * i + 2)).toEqual(given.z.values.slice(2 * i, 2 * i + 2));
    expect(z!.some(Number.isNaN)).toBe(false);
  });

  it('stays behind a wall that the proposal leads through, even at u = 0', () => {
    const wall: LogDensity = (z) => tf.squeeze<Tensor1D>(tf.sqrt(z), [1]); // NaN below 0
    const given = {
      z: shaped([1, 1], [2, 1]),
      momentum: shaped([-10, 0.5], [2, 1]),
      stepSize: shaped([1, 0.25], [2]),
      uniform: shaped([0, 0], [2]),
    };
    const { z, acceptance } = eager(
      (tensors) => ({ ...hmcTransition(wall, tensors as unknown as HmcInputs, 1) }),
      given,
    );
    // the second by hand: p = ½ + ⅛·½, z = 1 + ¼p, p + ⅛·½/√z
    const moved = 1 + 0.25 * (0.5 + 0.125 * 0.5);
    const momentum = 0.5 + 0.125 * 0.5 + (0.125 * 0.5) / Math.sqrt(moved);
    const accepted = Math.min(1, Math.exp(Math.sqrt(moved) - 1 - (momentum ** 2 - 0.25) / 2));
    expect(differences('z', z!, [1, moved], 1e-6)).toEqual([]);
    expect(differences('acceptance', acceptance!, [0, accepted], 1e-6)).toEqual([]);
  });
});
