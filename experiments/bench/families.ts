// The flows of section `family`.

/** Flows that map R^40 onto itself, in a usual number of layers; linear ones have one. A permutation costs nothing. */
export const families = {
  planar: 10,
  'planar-leaky': 10,
  radial: 10,
  householder: 10,
  'nice-planar': 10,
  affine: 1,
  full: 1,
  lu: 1,
  actnorm: 1,
  'sylvester-o': 4,
  'sylvester-h': 4,
  'sylvester-t': 4,
  'nice-perm': 4,
  'nice-orth': 4,
  realnvp: 4,
  iaf: 4,
  maf: 1,
  spline: 2,
} as const satisfies Readonly<Record<string, number>>;

/** A flow of section `family`. */
export type Family = keyof typeof families;

export const familyNames = Object.keys(families) as readonly Family[];
