// Every flow, as data: the laws run over these rows. To test a new flow, add a row; a test compares this list with the package.
import {
  actnorm,
  affine,
  chain,
  type Flow,
  full,
  householder,
  type InvertibleFlow,
  iaf,
  invert,
  lu,
  maf,
  nice,
  permutation,
  planar,
  planarLeaky,
  radial,
  realnvp,
  spline,
  sylvesterHouseholder,
  sylvesterOrthogonal,
  sylvesterTriangular,
} from '@flowvae/flows';

/** A flow and what the laws must know about it. */
export interface FlowCase {
  /** As the tests print it; begins with the formula's name where a formula can name it. */
  readonly name: string;
  /** The export of `@flowvae/flows` that makes it. */
  readonly madeBy: string;
  readonly make: (dim: number) => Flow | InvertibleFlow;
  readonly dims: readonly number[];
  /** Standard deviations of parameters: near 0, and as large as training makes them. */
  readonly scales: { readonly small: number; readonly trained: number };
  /** The log-det is 0 whatever the parameters are. */
  readonly volumePreserving: boolean;
  /** At its initial parameters it is the identity, or a map that keeps volume only: permutations and rotations. */
  readonly startsAs: 'identity' | 'a map of volume 1';
  /** `true`, or the reason why it has no inverse. */
  readonly invertible: true | string;
}

const scales = { small: 0.1, trained: 1 };

const noSylvesterInverse =
  'its inverse solves M equations in turn, 25 steps each: a graph of tens of thousands of nodes';

/** Networks that a law can run through D² times on plain JavaScript. */
const networks = { hidden: 12, contextWidth: 3 };

/** Flows with networks inside: each free and with a context. */
const networked = (
  row: Pick<FlowCase, 'name' | 'madeBy' | 'scales'> & Partial<FlowCase>,
  make: (dim: number, options: typeof networks | { hidden: number }) => Flow | InvertibleFlow,
): FlowCase[] =>
  [
    { name: row.name, dims: [2, 5], options: { hidden: networks.hidden } },
    { name: `${row.name} with context`, dims: [2, 5, 40], options: networks },
  ].map(({ name, dims, options }) => ({
    dims,
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
    ...row,
    name,
    make: (dim) => make(dim, options),
  }));

export const flowCases: readonly FlowCase[] = [
  {
    name: 'planar',
    madeBy: 'planar',
    make: (dim) => planar(dim),
    dims: [1, 2, 5, 40],
    scales,
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'planar*10',
    madeBy: 'planar',
    make: (dim) => planar(dim, 10),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'radial',
    madeBy: 'radial',
    make: (dim) => radial(dim),
    dims: [1, 2, 5, 40],
    scales,
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'radial*10',
    madeBy: 'radial',
    make: (dim) => radial(dim, 10),
    dims: [2, 5],
    scales,
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'planar-leaky',
    madeBy: 'planarLeaky',
    make: (dim) => planarLeaky(dim),
    dims: [1, 2, 5, 40],
    scales: { small: 0.1, trained: 0.5 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'planar-leaky*10, slope 0.3',
    madeBy: 'planarLeaky',
    make: (dim) => planarLeaky(dim, 10, { slope: 0.3 }),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'householder',
    madeBy: 'householder',
    make: (dim) => householder(dim),
    dims: [2, 5, 40],
    scales,
    volumePreserving: true,
    startsAs: 'a map of volume 1',
    invertible: true,
  },
  {
    name: 'householder*4',
    madeBy: 'householder',
    make: (dim) => householder(dim, 4),
    dims: [2, 5, 40],
    scales,
    volumePreserving: true,
    startsAs: 'a map of volume 1',
    invertible: true,
  },
  {
    name: 'affine',
    madeBy: 'affine',
    make: (dim) => affine(dim),
    dims: [1, 2, 5, 40],
    scales: { small: 0.1, trained: 0.3 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'actnorm',
    madeBy: 'actnorm',
    make: (dim) => actnorm(dim),
    dims: [1, 2, 5, 40],
    scales: { small: 0.1, trained: 0.3 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'full',
    madeBy: 'full',
    make: (dim) => full(dim),
    dims: [2, 5, 40],
    scales: { small: 0.1, trained: 0.3 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'lu',
    madeBy: 'lu',
    make: (dim) => lu(dim),
    dims: [2, 5, 40],
    scales: { small: 0.05, trained: 0.2 },
    volumePreserving: false,
    startsAs: 'a map of volume 1',
    invertible: true,
  },
  {
    name: 'permutation',
    madeBy: 'permutation',
    make: (dim) => permutation(dim),
    dims: [2, 5, 40],
    scales,
    volumePreserving: true,
    startsAs: 'a map of volume 1',
    invertible: true,
  },
  {
    name: 'sylvester-o',
    madeBy: 'sylvesterOrthogonal',
    make: (dim) => sylvesterOrthogonal(dim, Math.min(dim, 8)),
    dims: [2, 5, 40],
    scales: { small: 0.1, trained: 0.3 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: noSylvesterInverse,
  },
  {
    name: 'sylvester-o*3',
    madeBy: 'sylvesterOrthogonal',
    make: (dim) => sylvesterOrthogonal(dim, 2, 3),
    dims: [2, 5],
    scales,
    volumePreserving: false,
    startsAs: 'identity',
    invertible: noSylvesterInverse,
  },
  {
    name: 'sylvester-h',
    madeBy: 'sylvesterHouseholder',
    make: (dim) => sylvesterHouseholder(dim, 3),
    dims: [2, 5, 40],
    scales: { small: 0.1, trained: 0.3 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: noSylvesterInverse,
  },
  {
    name: 'sylvester-h*2',
    madeBy: 'sylvesterHouseholder',
    make: (dim) => sylvesterHouseholder(dim, 4, 2),
    dims: [2, 5],
    scales,
    volumePreserving: false,
    startsAs: 'identity',
    invertible: noSylvesterInverse,
  },
  {
    name: 'sylvester-t',
    madeBy: 'sylvesterTriangular',
    make: (dim) => sylvesterTriangular(dim),
    dims: [2, 5, 40],
    scales: { small: 0.1, trained: 0.3 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: noSylvesterInverse,
  },
  {
    name: 'sylvester-t*3',
    madeBy: 'sylvesterTriangular',
    make: (dim) => sylvesterTriangular(dim, 3),
    dims: [2, 5],
    scales,
    volumePreserving: false,
    startsAs: 'identity',
    invertible: noSylvesterInverse,
  },
  {
    name: 'chain of planar*3 and planar*2',
    madeBy: 'chain',
    make: (dim) => chain([planar(dim, 3), planar(dim, 2)]),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'inverse of planar*2',
    madeBy: 'invert',
    make: (dim) => invert(planar(dim, 2)),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'inverse of radial*2',
    madeBy: 'invert',
    make: (dim) => invert(radial(dim, 2)),
    dims: [2, 5],
    scales,
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'inverse of planar-leaky*2',
    madeBy: 'invert',
    make: (dim) => invert(planarLeaky(dim, 2, { slope: 0.3 })),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'inverse of householder*3',
    madeBy: 'invert',
    make: (dim) => invert(householder(dim, 3)),
    dims: [2, 5],
    scales,
    volumePreserving: true,
    startsAs: 'a map of volume 1',
    invertible: true,
  },
  {
    name: 'inverse of full',
    madeBy: 'invert',
    make: (dim) => invert(full(dim)),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  {
    name: 'inverse of lu',
    madeBy: 'invert',
    make: (dim) => invert(lu(dim)),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.4 },
    volumePreserving: false,
    startsAs: 'a map of volume 1',
    invertible: true,
  },
  {
    name: 'inverse of actnorm',
    madeBy: 'invert',
    make: (dim) => invert(actnorm(dim)),
    dims: [2, 5],
    scales,
    volumePreserving: false,
    startsAs: 'identity',
    invertible: true,
  },
  ...networked(
    {
      name: 'nice-perm*3',
      madeBy: 'nice',
      scales: { small: 0.1, trained: 0.5 },
      volumePreserving: true,
      startsAs: 'a map of volume 1',
    },
    (dim, options) => nice(dim, { ...options, layers: 3, mixing: 'permutation' }),
  ),
  ...networked(
    {
      name: 'nice-orth*3',
      madeBy: 'nice',
      scales: { small: 0.1, trained: 0.5 },
      volumePreserving: true,
      startsAs: 'a map of volume 1',
    },
    (dim, options) => nice(dim, { ...options, layers: 3, mixing: 'orthogonal' }),
  ),
  ...networked({ name: 'realnvp*3', madeBy: 'realnvp', scales: { small: 0.1, trained: 0.5 } }, (dim, options) =>
    realnvp(dim, { ...options, layers: 3 }),
  ),
  ...networked({ name: 'iaf*2', madeBy: 'iaf', scales: { small: 0.1, trained: 0.5 } }, (dim, options) =>
    iaf(dim, { ...options, layers: 2 }),
  ),
  // forward takes D passes a layer, each of them repeated D times for a Jacobian: one small layer where D is large
  ...networked({ name: 'maf*2', madeBy: 'maf', scales: { small: 0.1, trained: 0.5 } }, (dim, options) =>
    maf(dim, { ...options, ...(dim > 10 ? { hidden: 4, depth: 1 } : { layers: 2 }) }),
  ),
  // its slope has kinks at the knots, so that differences need parameters that do not carry many points across them
  ...networked({ name: 'spline(5)*2', madeBy: 'spline', scales: { small: 0.05, trained: 0.2 } }, (dim, options) =>
    spline(dim, { ...options, layers: 2, bins: 5 }),
  ),
];
