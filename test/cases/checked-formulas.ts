// Formulas of every row of the table of flows, at which the public checker has to be right: alone, repeated, and with
// networks of small sizes.
export const checkedFormulas = [
  'planar',
  'planar*4',
  'planar-leaky*3',
  'householder*3',
  'radial',
  'radial*3',
  'affine*2',
  'full',
  'full*2',
  'lu*2',
  'permutation*2',
  'actnorm*2',
  'sylvester-o*2',
  'sylvester-h(4)*2',
  'sylvester-t*2',
  'nice-perm(8)*3',
  'nice-orth(8)*3',
  'nice-planar*4',
  'realnvp(8,1)*2',
  'realnvp(8,2)*3',
  'iaf(8,1)*2',
  'maf(8,1)*2',
  'spline(4,8)*2',
  'lu-realnvp(8)-actnorm',
  'positive',
  'interval(-1.5,2)',
  'ordered',
  'planar*4-positive',
] as const;

/** The same of pictures, with the width that each is for. */
export const checkedPictures = [
  ['squeeze(2,4,1)', 8],
  ['image-actnorm(2,2,2)*2', 8],
  ['channel-mix(1,2,3)', 6],
  ['channel-coupling(2,2,2,2)*2', 8],
  ['checkerboard-coupling(2,3,1,2)*2', 6],
  ['image-nice(2,2,1,2,2)', 4],
  ['image-realnvp(4,4,1,1,2)', 16],
  ['glow(2,2,2,1,2,2)', 8],
] as const;
