// Checks of the map itself against its autodiff Jacobian: log-det, folds, round trip, declared invariants.
import type { Tensor2D } from '@flowvae/tensor';
import { type InvertibleFlow, isInvertible, type ParamShapes, type Params } from '../flow.ts';
import { evaluate } from './drawn-inputs.ts';
import type { Probe } from './probe.ts';
import { type Comparison, relativeError, type Tally, tally } from './tally.ts';

/** log-det and Jacobian may differ by this, relative to max(1, |log-det|). */
const LOG_DET_TOLERANCE = 1e-4;

/** Above this κ the rounding of a float32 Jacobian is as large as the tolerance. For one planar layer: where its slope is below 1e-2. */
const WELL_CONDITIONED = 200;

/** Up to this κ the sign of det J is certain. */
const SIGN_IS_CERTAIN = 1e5;

/** Round trips may miss z by this times what the inverse makes of an error in y. */
const ROUND_TRIP_TOLERANCE = 2e-5;

/** Above this factor an error in y says nothing about z. */
const LARGEST_GROWTH = 1e3;

/** Above this factor the rounding of y hides a wrong log-det of the inverse. */
const LARGEST_GROWTH_OF_LOG_DET = 10;

/** The claimed log-det is that of the Jacobian. */
export function logDet(probe: Probe): Tally {
  const claimed = probe.forward().logDet;
  const compare = (logAbsDet: number, row: number): Comparison => ({
    error: relativeError(claimed[row]!, logAbsDet),
    allowed: LOG_DET_TOLERANCE,
    finding: () => `logDet is ${claimed[row]} where the Jacobian's is ${logAbsDet}`,
  });
  return tally(
    probe.jacobians().map((at, row) => {
      if (Number.isNaN(at.condition)) return notFinite('the Jacobian');
      return at.condition <= WELL_CONDITIONED ? compare(at.logAbsDet, row) : undefined;
    }),
  );
}

/** What is no number is wrong, not undecided. */
const notFinite = (what: string): Comparison => ({
  error: Number.NaN,
  allowed: 1,
  finding: () => `${what} is not finite`,
});

/** det J has one sign everywhere, for parameters that all points share: a bijection of R^D keeps, or turns, the orientation of space. */
export function fold(probe: Probe): Tally {
  const jacobians = probe.jacobians();
  const certain = ({ condition }: (typeof jacobians)[number]) => condition <= SIGN_IS_CERTAIN;
  const first = jacobians.find(certain)?.sign;
  const comparisons = jacobians.map((jacobian): Comparison | undefined =>
    certain(jacobian)
      ? {
          error: Number(jacobian.sign !== first) * 2,
          allowed: 1,
          finding: () => 'det J is positive at one point and negative at another, so the map folds',
        }
      : undefined,
  );
  return tally(comparisons);
}

/** What the flow declares to be positive is. It may round to 0 where parameters are larger than 1. */
export function invariants({ flow, inputs, scale }: Probe): Tally {
  const { z: _, ...params } = inputs;
  const declared = evaluate((tensors) => flow.invariants?.(tensors as Params<ParamShapes>) ?? {}, params);
  const isWrong = (value: number) => !(scale > 1 ? value >= 0 : value > 0);
  return tally(
    Object.entries(declared).flatMap(([name, values]) =>
      Array.from(values, (value) => ({
        error: isWrong(value) ? 2 : 0,
        allowed: 1,
        finding: () => `${name} is ${value}, and has to be positive`,
      })),
    ),
  );
}

/** The inverse leads back to z, and its log-det is the forward one negated. */
export function roundTrip(probe: Probe): Tally {
  const { flow, inputs } = probe;
  if (!isInvertible(flow)) return tally([]);
  const { y, logDet: claimed } = probe.forward();
  const back = inverseAt(flow, probe);
  const { dim } = flow;
  const compareRow = (growths: readonly number[], row: number): (Comparison | undefined)[] => {
    const largest = growths.reduce((a, b) => Math.max(a, b));
    if (Number.isNaN(largest)) return [notFinite('y or its Jacobian')];
    if (largest > LARGEST_GROWTH) return growths.map(() => undefined);
    const coordinates = growths.map((growth, d): Comparison => {
      const [found, z] = [back.z![row * dim + d]!, inputs.z!.values[row * dim + d]!];
      return {
        error: relativeError(found, z),
        allowed: ROUND_TRIP_TOLERANCE * growth,
        finding: () => `z is ${z}, and after forward and inverse ${found}`,
      };
    });
    const [negated, forth] = [back.logDet![row]!, claimed[row]!];
    if (largest > LARGEST_GROWTH_OF_LOG_DET) return [...coordinates, undefined];
    return [
      ...coordinates,
      {
        error: relativeError(-negated, forth),
        allowed: LOG_DET_TOLERANCE * largest ** 2,
        finding: () => `logDet is ${forth} forward and ${negated} on the way back`,
      },
    ];
  };
  return tally(probe.jacobians().flatMap(({ inverse }, row) => compareRow(growthsOf(inverse, y, row, dim), row)));
}

const inverseAt = (flow: InvertibleFlow, { inputs, forward }: Probe) =>
  evaluate(({ z, ...params }) => ({ ...flow.inverse(params as Params<ParamShapes>, z as Tensor2D) }), {
    ...inputs,
    z: { shape: inputs.z!.shape, values: forward().y },
  });

/** What J⁻¹ makes of an error in y that is relative to max(1, |y|), for each coordinate of z; 1 for the identity. */
function growthsOf(inverse: Float64Array, y: Float32Array, row: number, dim: number): number[] {
  return Array.from({ length: dim }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += Math.abs(inverse[i * dim + j]!) * Math.max(1, Math.abs(y[row * dim + j]!));
    return Math.max(1, sum);
  });
}
