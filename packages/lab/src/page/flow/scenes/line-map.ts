// The change of variables on a line, in plain numbers.

/** A map of the line, its slope and its inverse. */
export interface LineMap {
  readonly formula: string;
  map(z: number): number;
  /** f′(z), never 0. */
  slope(z: number): number;
}

/** y = az + b. */
export const affineMap = (a: number, b: number): LineMap => ({
  formula: 'y = a·z + b',
  map: (z) => a * z + b,
  slope: () => a,
});

/** y = exp(z). */
export const exponentialMap: LineMap = { formula: 'y = exp(z)', map: Math.exp, slope: Math.exp };

/** The density of N(0, 1). */
export const normalDensity = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** A density before and behind a map, and an interval. */
export interface LineReading {
  readonly image: number;
  readonly slope: number;
  /** log|f′(z)|, nats. */
  readonly logDet: number;
  /** p₀(z) and p(y) = p₀(z)/|f′(z)|. */
  readonly before: number;
  readonly behind: number;
  /** Ends and length of the interval's image. */
  readonly ends: readonly [number, number];
  readonly imageLength: number;
}

/** Readings at a point and at the interval of a length around it. */
export function readLine({ map, slope }: LineMap, z: number, length: number): LineReading {
  const ends = [map(z - length / 2), map(z + length / 2)] as const;
  const here = slope(z);
  const before = normalDensity(z);
  return {
    image: map(z),
    slope: here,
    logDet: Math.log(Math.abs(here)),
    before,
    behind: before / Math.abs(here),
    ends,
    imageLength: Math.abs(ends[1] - ends[0]),
  };
}
