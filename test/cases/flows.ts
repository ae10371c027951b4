// Every flow, as data: the laws run over these rows. To test a new flow, add a row; a test compares this list with the package.
import { chain, type Flow, type InvertibleFlow, iaf, invert, maf, nice, planar, realnvp, spline } from '@flowvae/flows';

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
  ...networked({ name: 'maf*2', madeBy: 'maf', scales: { small: 0.1, trained: 0.5 } }, (dim, options) =>
    maf(dim, { ...options, layers: 2 }),
  ),
  // its slope has kinks at the knots, so that differences need parameters that do not carry many points across them
  ...networked({ name: 'spline(5)*2', madeBy: 'spline', scales: { small: 0.05, trained: 0.2 } }, (dim, options) =>
    spline(dim, { ...options, layers: 2, bins: 5 }),
  ),
];
