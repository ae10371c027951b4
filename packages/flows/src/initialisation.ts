// Initial weights from keys: the same key gives the same bytes, whatever else was drawn before.
import { type Key, uniform } from '@flowvae/random';

/**
 * Glorot uniform: U(−r, r), r = √(6/(fanIn + fanOut)), as [fanIn, fanOut] row-major.
 *
 * @see Glorot & Bengio 2010, eq. 16
 */
export function glorotUniform(key: Key, fanIn: number, fanOut: number): Float32Array {
  const radius = Math.sqrt(6 / (fanIn + fanOut));
  return uniform(key, fanIn * fanOut).map((u) => radius * (2 * u - 1));
}
