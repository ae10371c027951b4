// The parameters of a matrix P·L·U of given width.
import { packedSize } from '../algebra/triangular.ts';
import type { InvertibleFlow } from '../flow.ts';

/** Shapes of an LU flow's parameters: the entries below and above the diagonals [D(D−1)/2], log-scale [D]. */
export type LuShapes = {
  readonly lower: readonly [size: number];
  readonly upper: readonly [size: number];
  readonly logScale: readonly [dim: number];
};

/** Shapes and start of the parameters of a matrix [width, width]: L and U are I at first. */
export function luParameters(width: number): Pick<InvertibleFlow<LuShapes>, 'paramShapes' | 'start' | 'initialParams'> {
  const size = packedSize(width);
  return {
    paramShapes: { lower: [size], upper: [size], logScale: [width] },
    start: 'volume',
    initialParams: () => ({
      lower: new Float32Array(size),
      upper: new Float32Array(size),
      logScale: new Float32Array(width),
    }),
  };
}
