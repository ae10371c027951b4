// Defaults of the networks inside flows.

/** The default sizes and functions. */
export const networkDefaults = {
  layers: 1,
  hidden: 64,
  depth: 2,
  contextWidth: 0,
  mostLogScale: 2,
  activation: 'tanh',
} as const;

/** Bins of a spline. */
export const DEFAULT_BINS = 8;
