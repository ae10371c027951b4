// Default sizes of the networks inside flows.

/** The default sizes. */
export const networkDefaults = { layers: 1, hidden: 64, depth: 2, contextWidth: 0, mostLogScale: 2 } as const;

/** Bins of a spline. */
export const DEFAULT_BINS = 8;
