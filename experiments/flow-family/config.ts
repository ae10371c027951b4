// Every flow as the posterior of one VAE, with one budget.

/** Formulas in the order of the table; `none` is the plain VAE that the others are held against. */
const formulas = [
  'none',
  'affine',
  'full',
  'planar*10',
  'planar-leaky*10',
  'radial*10',
  'planar*8-radial*2',
  'householder*10',
  'sylvester-o(8)*4',
  'sylvester-h(8)*4',
  'sylvester-t*4',
  'nice-perm*10',
  'nice-orth*10',
  'realnvp*4',
  'iaf*4',
  'maf*2',
  'spline*2',
  'actnorm-lu*2',
] as const;

/** What all of them share; the rest are the command's defaults. */
export const shared = { binarize: 'dynamic', seed: 0, evalSamples: 200 } as const;

export const scales = {
  /** Seconds: that it runs, nothing about the flows. */
  smoke: { steps: 20, evalImages: 4, formulas: ['none', 'radial*2'] },
  full: { steps: 3000, evalImages: 1000, formulas },
} as const;
