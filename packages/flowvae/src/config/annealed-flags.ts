// Options of annealed importance sampling.
import { ExpectationError } from '@flowvae/tensor/plain';

/** What is asked for, as options of the command. */
export interface AnnealedFlags {
  /** Temperatures T of the path; left out: no annealing. */
  readonly ais?: number | undefined;
  readonly chains?: number | undefined;
  /** Images to simulate from the model; left out: the test images. */
  readonly simulated?: number | undefined;
}

/** @throws ExpectationError where options are given that say how to anneal, but not that */
export function checkAnnealedFlags({ ais, ...rest }: AnnealedFlags): void {
  const [name] = Object.entries(rest).find(([, value]) => value !== undefined) ?? [];
  if (ais !== undefined || name === undefined) return;
  throw new ExpectationError({ where: `--${name}`, expected: '--ais <n> beside it', received: 'no --ais' });
}
