// Options of annealed importance sampling.
import { ExpectationError } from '@flowvae/tensor/plain';

/** The options' values. */
export interface AnnealedFlags {
  /** Number T of the path's temperatures; absent: no annealing. */
  readonly ais?: number | undefined;
  readonly chains?: number | undefined;
  /** Number of images to simulate from the model; absent: the test images. */
  readonly simulated?: number | undefined;
}

/** @throws ExpectationError for options of the annealing without the number of temperatures */
export function checkAnnealedFlags({ ais, ...rest }: AnnealedFlags): void {
  const [name] = Object.entries(rest).find(([, value]) => value !== undefined) ?? [];
  if (ais !== undefined || name === undefined) return;
  throw new ExpectationError({ where: `--${name}`, expected: '--ais <n> beside it', received: 'no --ais' });
}
