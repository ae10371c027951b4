// The map of each driven number in a coupling of pictures, and where its numbers stand in the network's channels.
import { ExpectationError, type Tensor2D, type Tensor4D, tf } from '@flowvae/tensor';
import { affineMap } from '../../frames/affine-map.ts';
import { type ElementwiseMap, shiftMap } from '../../frames/elementwise-map.ts';
import { DEFAULT_BINS } from '../../frames/network-sizes.ts';
import { rationalQuadraticMap } from '../../frames/rational-quadratic.ts';
import { asRows } from './picture.ts';

/** The driven numbers' map: x·e^a + m, x + m, or a rational-quadratic spline on [−bound, bound]. */
export type CouplingMapName = 'affine' | 'additive' | 'spline';

/** Options of the map in a coupling of pictures. */
export interface CouplingMapOptions {
  /** Default `'affine'`. */
  readonly map?: CouplingMapName;
  /** Largest |log scale| of one affine layer, nats; default 2. */
  readonly mostLogScale?: number;
  /** Bins of each spline; default 8. */
  readonly bins?: number;
  /** Splines act on [−bound, bound] and are the identity outside; default 5. */
  readonly bound?: number;
}

/** A map, and its numbers for all driven components from the network's picture. */
export interface CouplingMap extends ElementwiseMap {
  /** [B, h, w, outputs·c] → [B, outputs·N], N = h·w·c */
  numbersFrom(picture: Tensor4D): Tensor2D;
}

/** Numbers of one kind after the other: the network's channels are groups of c. */
const inGroups = (outputs: number) => (picture: Tensor4D) =>
  outputs === 1 ? asRows(picture) : (tf.concat(tf.split(picture, outputs, 3).map(asRows), 1) as Tensor2D);

const makers: Readonly<Record<CouplingMapName, (options: CouplingMapOptions) => CouplingMap>> = {
  affine: (options) => ({ ...affineMap(options), numbersFrom: inGroups(2) }),
  additive: () => ({ ...shiftMap, numbersFrom: inGroups(1) }),
  // the numbers of one component stand side by side already
  spline: ({ bins = DEFAULT_BINS, bound = 5 }) => ({ ...rationalQuadraticMap(bins, bound), numbersFrom: asRows }),
};

/**
 * The map of the options.
 *
 * @throws ExpectationError for an unknown map
 */
export function couplingMap(where: string, options: CouplingMapOptions): CouplingMap {
  const { map = 'affine' } = options;
  if (Object.hasOwn(makers, map)) return makers[map](options);
  const expected = `one of ${Object.keys(makers).join(', ')}`;
  throw new ExpectationError({ where: `${where}: map`, expected, received: String(map) });
}
