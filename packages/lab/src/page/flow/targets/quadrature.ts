// log Z of a density on the plane from its logs on a lattice, and the places where it is not finite.
import { ExpectationError } from '@flowvae/tensor';

/** The lattice: size² points on [−half, half]², row after row from the lowest z2 up. */
export const QUADRATURE = { size: 161, half: 8 } as const;

/** log ∫ p̃, nats, or a reason why it is unknown. */
export interface LogMass {
  readonly logZ: number | undefined;
  /** The reason in a few words, where log Z is unknown. */
  readonly unknown?: string;
}

/** Most of the mass that may lie in the lattice's rim. */
const RIM_SHARE = 1e-3;

/** Most by which log Z may change if every second point of the lattice is left out, nats. */
const TOLERANCE = 0.01;

/** log ∫ exp(log p̃), from logs at the points of {@link QUADRATURE}. */
export function logMass(logs: Float32Array): LogMass {
  const { size, half } = QUADRATURE;
  const most = logs.reduce((a, b) => Math.max(a, b));
  const cell = (2 * half) / (size - 1);
  let [sum, coarse, rim] = [0, 0, 0];
  logs.forEach((log, index) => {
    const mass = Math.exp(log - most);
    sum += mass;
    const [i, j] = [Math.floor(index / size), index % size];
    if (i % 2 === 0 && j % 2 === 0) coarse += mass;
    if (Math.min(i, j, size - 1 - i, size - 1 - j) < 2) rim += mass;
  });
  if (rim > RIM_SHARE * sum) return { logZ: undefined, unknown: 'p does not fall off' };
  const apart = Math.abs(Math.log(sum) - Math.log(4 * coarse));
  if (apart > TOLERANCE) return { logZ: undefined, unknown: 'p is too sharp for the lattice' };
  return { logZ: most + Math.log(sum) + 2 * Math.log(cell) };
}

/**
 * Refuses a density that is not finite on {@link QUADRATURE}.
 *
 * @throws ExpectationError that names the place nearest to the origin
 */
export function expectFinite(logs: Float32Array, where: string): void {
  const { size, half } = QUADRATURE;
  const steps = (size - 1) / (2 * half);
  const placeOf = (index: number) => [(index % size) / steps - half, Math.floor(index / size) / steps - half] as const;
  let [nearest, least] = [-1, Number.POSITIVE_INFINITY];
  logs.forEach((log, index) => {
    const distance = Number.isFinite(log) ? Number.POSITIVE_INFINITY : Math.hypot(...placeOf(index));
    if (distance < least) [nearest, least] = [index, distance];
  });
  if (nearest < 0) return;
  const [z1, z2] = placeOf(nearest).map((x) => Number(x.toFixed(3)));
  throw new ExpectationError({
    where,
    expected: `a finite number everywhere in [-${half}, ${half}]²`,
    received: `${logs[nearest]} at z1 = ${z1}, z2 = ${z2}`,
  });
}
