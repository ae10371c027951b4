// The names of dequantisations. Loads no tensor library.

/** `'uniform'`: the same for all levels. `'variational'`: learnt, and dependent on the levels. */
export const dequantisationNames = ['uniform', 'variational'] as const;

/** Instead of a dequantisation: data are numbers, whose density is exact. */
export const EXACT = 'none';

/** The name of a dequantisation. */
export type DequantisationName = (typeof dequantisationNames)[number];
