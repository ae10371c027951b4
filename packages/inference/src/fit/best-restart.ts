// The choice among restarts of a fit.
import { type FitResult, NonFiniteError } from '@flowvae/training';
import type { Guide } from '../guides/guide.ts';

/** A fit with a key of its own. */
export interface TriedRestart {
  readonly guide: Guide;
  /** Its end, or the reason why it has none. */
  readonly fit: FitResult | NonFiniteError;
  readonly bound: number;
}

/**
 * The fit with the best bound among those that did not diverge; the first of equal ones, or of one that has no bound.
 *
 * @throws NonFiniteError of the first fit if all diverged
 */
export function bestRestart<T extends Pick<TriedRestart, 'fit' | 'bound'>>(
  tried: readonly T[],
): T & { fit: FitResult } {
  const ended = tried.filter((each): each is T & { fit: FitResult } => !(each.fit instanceof NonFiniteError));
  if (ended.length === 0) throw tried[0]!.fit;
  return ended.reduce((a, b) => (b.bound > a.bound ? b : a));
}
