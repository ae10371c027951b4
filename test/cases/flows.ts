// Every flow, as data: the laws run over these rows. To test a new flow, add a row; a test compares this list with the package.
import { chain, type Flow, type InvertibleFlow, invert, planar } from '@flowvae/flows';

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
];
