// The scales with which densities of real numbers start.
import { sharedLogStd, startLogStd, widestLogStd } from './initial-outputs.ts';
import type { MakerOptions } from './likelihood-maker.ts';

/** log of the deviations at the start: one for all variables, or one for each. Unknown deviations of each are 1. */
export function startLogScales(
  mean: Float32Array,
  deviation: Float32Array | undefined,
  { isEach = false }: MakerOptions = {},
): Float32Array {
  if (isEach) return deviation ? deviation.map(startLogStd) : new Float32Array(mean.length);
  return Float32Array.of(deviation ? sharedLogStd(deviation) : widestLogStd(mean));
}
