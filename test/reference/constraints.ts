// Constraints in float64, written from their definitions: the map of one row of free numbers, and its log-det.

/** One row of free numbers as a value, row-major, and log|∂value/∂u|. */
export interface ConstraintReference {
  readonly value: (u: readonly number[]) => number[];
  readonly logDet: (u: readonly number[]) => number;
  /** The coordinates that the log-det is of, by their places in the value. */
  readonly coordinates: readonly number[];
}

const { abs, exp, log, log1p, max, sqrt } = Math;

export const softplus = (x: number): number => max(x, 0) + log1p(exp(-abs(x)));
const logSigmoid = (x: number) => -softplus(-x);
const sigmoid = (x: number) => (x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

const each = (
  count: number,
  map: { readonly value: (u: number) => number; readonly logSlope: (u: number) => number },
): ConstraintReference => ({
  value: (u) => u.map(map.value),
  logDet: (u) => sum(u.map(map.logSlope)),
  coordinates: upTo(count),
});

export const real = (count: number) => each(count, { value: (u) => u, logSlope: () => 0 });

export const positive = (count: number) => each(count, { value: softplus, logSlope: logSigmoid });

export const interval = (from: number, to: number, count: number) =>
  each(count, {
    value: (u) => from + (to - from) * sigmoid(u),
    logSlope: (u) => log(to - from) + logSigmoid(u) + logSigmoid(-u),
  });

/** The free numbers are coordinates in Helmert's orthonormal basis of the vectors of sum 0, which are exponentiated. */
export function simplex(n: number): ConstraintReference {
  const probabilities = (u: readonly number[]) => {
    const logits = upTo(n).map(() => 0);
    u.forEach((coordinate, k) => {
      const norm = sqrt((k + 1) * (k + 2));
      for (let i = 0; i <= k; i++) logits[i]! += coordinate / norm;
      logits[k + 1]! -= ((k + 1) * coordinate) / norm;
    });
    const largest = max(...logits);
    const weights = logits.map((logit) => exp(logit - largest));
    const logTotal = largest + log(sum(weights));
    return logits.map((logit) => logit - logTotal);
  };
  return {
    value: (u) => probabilities(u).map(exp),
    logDet: (u) => sum(probabilities(u)) + log(n) / 2,
    coordinates: upTo(n - 1),
  };
}

export const ordered = (n: number): ConstraintReference => ({
  value: ([first, ...steps]) => {
    const values = [first!];
    for (const step of steps) values.push(values.at(-1)! + softplus(step));
    return values;
  },
  logDet: ([, ...steps]) => sum(steps.map(logSigmoid)),
  coordinates: upTo(n),
});

export function lowerCholesky(n: number): ConstraintReference {
  const places = upTo(n * n).filter((at) => at % n <= Math.floor(at / n));
  const isDiagonal = (at: number) => at % n === Math.floor(at / n);
  return {
    value: (u) => {
      const matrix = upTo(n * n).map(() => 0);
      places.forEach((at, i) => {
        matrix[at] = isDiagonal(at) ? softplus(u[i]!) : u[i]!;
      });
      return matrix;
    },
    logDet: (u) => sum(places.map((at, i) => (isDiagonal(at) ? logSigmoid(u[i]!) : 0))),
    coordinates: places,
  };
}
