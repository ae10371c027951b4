// Checks of the map itself against its autodiff Jacobian: log-det, folds, round trip, declared invariants.
import { fold as folded } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import { type InvertibleFlow, isInvertible, type ParamShapes, type Params } from '../flow.ts';
import { evaluate, type Inputs } from './drawn-inputs.ts';
import type { Jacobian } from './jacobian.ts';
import type { Probe } from './probe.ts';
import { COPIES, deviation, EPSILON, movedByRounding, SAFETY } from './rounding.ts';
import { evaluateEach, type RowMap } from './stacked-inputs.ts';
import { type Comparison, question, relativeError, type Tally, tally } from './tally.ts';

/** Allowed difference of log-det and Jacobian, relative to max(1, |log-det|), beside the rounding of both. */
const LOG_DET_TOLERANCE = 1e-4;

/**
 * A point whose rounding alone moves the log-det by more, relative to max(1, |log-det|), is not called right: a log-det
 * that is 1 % off must show.
 */
const LARGEST_LOG_DET_ROUNDING = 2e-3;

/**
 * Above this share of κ per dimension, the rounding of a float32 Jacobian is as large as the tolerance. κ is D for the
 * identity, and adds up if coordinates do not mix. For one planar layer: its slope is below 1e-2/D.
 */
const WELL_CONDITIONED = 200;

/** Up to this κ the sign of det J is certain, unless elements of J cancel: {@link isSteady}. */
const SIGN_IS_CERTAIN = 1e5;

/**
 * Allowed error of round trips in z: this, times the growth of an error in y by the inverse, beside the effect of
 * rounding in y.
 */
const ROUND_TRIP_TOLERANCE = 2e-5;

/** A coordinate that rounding in y moves by more, relative to max(1, |z|), is not judged. */
const LARGEST_ROUND_TRIP_ROUNDING = 1e-3;

/** With a larger growth of errors in y, the inverse's z means nothing. */
const LARGEST_GROWTH = 1e3;

/**
 * An iterative inverse misses z by a share of the growth, and its log-det by a share of the squared growth: at most
 * this much, relative to max(1, |log-det|).
 */
const LARGEST_MISS_OF_LOG_DET = 0.25;

/** A log-det of the inverse that needs a larger allowance is not judged: half of it would pass. */
const MOST_ALLOWED_OF_LOG_DET = 0.5;

/**
 * The claimed log-det must equal the Jacobian's, within 1e-4·max(1, |log-det|) and the rounding of both: κ·ε for the
 * elements of J (with a relative error of ε in each, log|det J| moves by at most κ·ε), and 10 times the change of the
 * claimed one when inputs move by ε. Elements whose derivative cancels have larger errors: points that seem wrong are
 * checked again, with the change of log|det J| itself when inputs and cotangents move. A larger error is wrong,
 * whatever the rounding; a smaller one proves nothing if the rounding is large. If J is singular to float32, a claim is
 * wrong only if rounding cannot explain it.
 */
export function logDet(probe: Probe): Tally {
  const claimed = probe.forward().logDet;
  const { dim } = probe.flow;
  const copies = probe.rounded();
  const compare = (row: number, jacobianRounding: () => number): Comparison | undefined => {
    const { condition, logAbsDet, largestLogDet = Number.POSITIVE_INFINITY } = probe.jacobians()[row]!;
    if (Number.isNaN(condition)) return notFinite('the Jacobian', row);
    if (claimed[row]! > largestLogDet) {
      return question(true, `point ${row}`, () => `logDet is ${claimed[row]} where the Jacobian is singular`);
    }
    if (condition > WELL_CONDITIONED * dim) return undefined;
    const moved = deviationAt(copies, 'logDet', row) + condition * EPSILON + jacobianRounding();
    const rounding = relativeTo(logAbsDet, SAFETY * moved);
    const error = relativeError(claimed[row]!, logAbsDet);
    const allowed = LOG_DET_TOLERANCE + rounding;
    if (error <= allowed && rounding > LARGEST_LOG_DET_ROUNDING) return undefined;
    return {
      error,
      allowed,
      at: `point ${row}`,
      finding: () => `logDet is ${claimed[row]} where the Jacobian's is ${logAbsDet}`,
    };
  };
  return tally(
    Array.from(claimed, (_, row) => {
      const atFirst = compare(row, () => 0);
      if (!atFirst || atFirst.error <= atFirst.allowed) return atFirst;
      return compare(row, () => deviation(probe.roundedJacobians().map((each) => each[row]!.logAbsDet)));
    }),
  );
}

const relativeTo = (value: number, distance: number) => distance / Math.max(1, Math.abs(value));

/** The deviation of one number among several results, due to rounding. */
const deviationAt = <N extends string>(copies: readonly Readonly<Record<N, Float32Array>>[], name: N, at: number) =>
  deviation(copies.map((copy) => copy[name][at]!));

/** A value that is NaN is wrong, not undecided. */
const notFinite = (what: string, row: number): Comparison =>
  question(true, `point ${row}`, () => `${what} is not finite`);

/**
 * det J has one sign everywhere, for parameters that all points share: a bijection of R^D keeps, or reverses, the
 * orientation of space everywhere. Signs that rounding can reverse do not count.
 */
export function fold(probe: Probe): Tally {
  const jacobians = probe.jacobians();
  const certain = jacobians.map(({ condition }) => condition <= SIGN_IS_CERTAIN);
  const signs = () => new Set(jacobians.flatMap(({ sign }, row) => (certain[row] ? [sign] : [])));
  if (signs().size > 1) {
    for (const row of jacobians.keys()) certain[row] &&= isSteady(probe.roundedJacobians().map((each) => each[row]!));
  }
  const first = jacobians[certain.indexOf(true)]?.sign;
  return tally(
    jacobians.map(({ sign }, row) =>
      certain[row]
        ? question(
            sign !== first,
            `point ${row}`,
            () => 'det J is positive at one point and negative at another, so the map folds',
          )
        : undefined,
    ),
  );
}

/** Whether rounding is far from turning the sign of det J. */
const isSteady = (copies: readonly Jacobian[]) =>
  copies.every(({ sign }) => sign === copies[0]!.sign) &&
  SAFETY * deviation(copies.map(({ logAbsDet }) => logAbsDet)) < 1;

/** The flow's invariants are positive. They may round to 0 for parameters larger than 1. */
export function invariants({ flow, inputs, scale }: Probe): Tally {
  const { z: _, ...params } = inputs;
  const declared = evaluate((tensors) => flow.invariants?.(tensors as Params<ParamShapes>) ?? {}, params);
  const isWrong = (value: number) => !(scale > 1 ? value >= 0 : value > 0);
  return tally(
    Object.entries(declared).flatMap(([name, values]) =>
      Array.from(values, (value) => question(isWrong(value), name, () => `it is ${value}, and has to be positive`)),
    ),
  );
}

/**
 * The inverse leads back to z, and its log-det is the negated forward one.
 *
 * An error in y of ε·max(1, |y|) becomes an error of |J⁻¹|·ε·max(1, |y|) in z. Allowed are 2e-5 times this growth, and
 * 10 times the change of the inverse's results when y moves by ε, which shows changes of J⁻¹ within the rounding of y.
 */
export function roundTrip(probe: Probe): Tally {
  const { flow, inputs, key } = probe;
  if (!isInvertible(flow)) return tally([]);
  const { y, logDet: claimed } = probe.forward();
  const { dim } = flow;
  const given = { ...inputs, z: { shape: inputs.z!.shape, values: y } };
  const copies = inversesAt(flow, [
    given,
    ...Array.from({ length: COPIES }, (_, copy) => {
      return { ...given, z: movedByRounding({ y: given.z }, folded(key, 'y', copy + 1)).y! };
    }),
  ]);
  const back = copies[0]!;
  const compareRow = (growths: readonly number[], row: number): (Comparison | undefined)[] => {
    const largest = growths.reduce((a, b) => Math.max(a, b));
    if (Number.isNaN(largest)) return [...growths, 0].map(() => notFinite('y or its Jacobian', row));
    if (largest > LARGEST_GROWTH) return [...growths, 0].map(() => undefined);
    const coordinates = growths.map((growth, d): Comparison | undefined => {
      const [found, z] = [back.z[row * dim + d]!, inputs.z!.values[row * dim + d]!];
      const rounding = relativeTo(z, SAFETY * deviationAt(copies, 'z', row * dim + d));
      if (rounding > LARGEST_ROUND_TRIP_ROUNDING) return undefined;
      return {
        error: relativeError(found, z),
        allowed: ROUND_TRIP_TOLERANCE * growth + rounding,
        at: `point ${row}`,
        finding: () => `z is ${z}, and after forward and inverse ${found}`,
      };
    });
    const [negated, forth] = [back.logDet[row]!, claimed[row]!];
    const moved = deviationAt(copies, 'logDet', row) + deviationAt(probe.rounded(), 'logDet', row);
    const rounding = relativeTo(forth, SAFETY * moved);
    const allowed = Math.min(LOG_DET_TOLERANCE * largest ** 2, LARGEST_MISS_OF_LOG_DET) + rounding;
    if (!(allowed <= MOST_ALLOWED_OF_LOG_DET)) return [...coordinates, undefined];
    return [
      ...coordinates,
      {
        error: relativeError(-negated, forth),
        allowed,
        at: `point ${row}`,
        finding: () => `logDet is ${forth} forward and ${negated} on the way back`,
      },
    ];
  };
  const compared = probe.jacobians().map(({ inverse }, row) => compareRow(growthsOf(inverse, y, row, dim), row));
  return tally(compared.flat(), (i) => (i % (dim + 1) === dim ? 'log-det' : 'z'));
}

/** The inverse at each y, which takes z's place: the first unchanged, the others in one call if possible. */
function inversesAt(flow: InvertibleFlow, [first, ...others]: readonly Inputs[]) {
  const map: RowMap = ({ z: y, ...params }) => ({ ...flow.inverse(params as Params<ParamShapes>, y as Tensor2D) });
  const results = [evaluate(map, first!), ...evaluateEach(map, others, { shared: flow.shared })];
  return results.map(({ z, logDet }) => ({ z: z!, logDet: logDet! }));
}

/**
 * The growth of errors in y by J⁻¹, for each coordinate of z; the errors are independent and relative to max(1, |y|). 1
 * for the identity, for any D.
 */
function growthsOf(inverse: Float64Array, y: Float32Array, row: number, dim: number): number[] {
  return Array.from({ length: dim }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += (inverse[i * dim + j]! * Math.max(1, Math.abs(y[row * dim + j]!))) ** 2;
    return Math.max(1, Math.sqrt(sum));
  });
}
