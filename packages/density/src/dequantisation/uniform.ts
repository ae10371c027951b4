// Noise that is uniform in every cell.
import { uniformBox } from '@flowvae/distributions';
import type { Dequantisation } from './dequantisation.ts';

/**
 * Uniform dequantisation: u uniform on [0, 1)^D for every k, q(u|k) = 1. Without variables.
 *
 * @see Theis et al. 2016, arXiv:1511.01844, section 3.1
 */
export function uniformDequantisation(dim: number): Dequantisation {
  const ends = (value: number) => Array.from({ length: dim }, () => value);
  const box = uniformBox(ends(0), ends(1));
  return { name: 'uniform', variables: {}, noise: box.noise, within: () => box };
}
