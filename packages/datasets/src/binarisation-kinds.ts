// The treatments of grey intensities, by name.

/**
 * - `'dynamic'`: 1 with probability byte/255, drawn anew at every step
 * - `'static'`: the same, drawn once for each image
 * - `'threshold'`: 1 where byte >= 128
 * - `'none'`: the grey value byte/255
 *
 * Of numbers from 0 to 1 the number itself is the probability, and the threshold 0.5.
 */
export type Binarisation = (typeof binarisations)[number];

/** Whether grey values stay grey. */
export const staysGrey = (binarisation: Binarisation): boolean => binarisation === 'none';

/** All binarisations, for options and messages. */
export const binarisations = ['dynamic', 'static', 'threshold', 'none'] as const;

/** The seed of static binarisation, whatever the training seed, so results of different seeds are on the same data. */
export const staticBinarisationSeed = 1998;
