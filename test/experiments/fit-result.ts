// A result of fig3 as small as one can be.

/** With some fields changed. */
export const fitResult = (changes: object = {}) => ({
  ...{ experiment: 'fig3', energy: 'U1', flow: 'planar', k: 2, steps: 5000, seed: 0, restarts: [0, 0, 0] },
  ...{ bound: -1.6, boundStandardError: 0.002, logZ: 1.85, kl: 0.25, map: { cells: 1, ceiling: 1, bytes: '/w==' } },
  ...changes,
});
