// Every flow, as data: the laws run over these rows. To test a new flow, add a row; a test compares this list with the package.
import { chain, type Flow, type InvertibleFlow, planar } from '@flowvae/flows';

/** A flow and what the laws must know about it. */
export interface FlowCase {
  /** As the tests print it. */
  readonly name: string;
  /** The export of `@flowvae/flows` that makes it. */
  readonly madeBy: string;
  readonly make: (dim: number) => Flow | InvertibleFlow;
  readonly dims: readonly number[];
  /** Standard deviations of parameters: near 0, and as large as training makes them. */
  readonly scales: { readonly small: number; readonly trained: number };
  /** The log-det is 0 whatever the parameters are. */
  readonly volumePreserving: boolean;
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
    invertible: true,
  },
  {
    name: 'planar*10',
    madeBy: 'planar',
    make: (dim) => planar(dim, 10),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
    volumePreserving: false,
    invertible: true,
  },
  {
    name: 'chain of planar*3 and planar*2',
    madeBy: 'chain',
    make: (dim) => chain([planar(dim, 3), planar(dim, 2)]),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
    volumePreserving: false,
    invertible: true,
  },
];
