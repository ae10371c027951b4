// Restarts of a fit: their first guides and keys, their bounds, and the choice among them.
import { fold, type Key } from '@flowvae/random';
import { type FitResult, NonFiniteError } from '@flowvae/training';
import { type Guide, makeGuide } from '../guides/guide.ts';
import type { Target } from '../target/target.ts';
import { estimateTarget } from './estimate-target.ts';
import { type FitTargetOptions, usual } from './fit-options.ts';

/** A restart of a fit: its first guide, and the key of its noise. */
export interface Restart {
  readonly guide: Guide;
  readonly key: Key;
}

/** The restart with a number from 0. @throws ExpectationError as {@link makeGuide} does */
export function beginRestart({ dim }: Target, restart: number, options: FitTargetOptions): Restart {
  const { flow = usual.flow, base, restarts = 1 } = options;
  const key = restarts === 1 ? options.key : fold(options.key, 'restart', restart);
  return { guide: makeGuide(flow, { dim, key: fold(key, 'guide'), base }), key };
}

/** The bound by which restarts are compared, nats; NaN where there is only one. */
export async function restartBound(target: Target, guide: Guide, options: FitTargetOptions): Promise<number> {
  const { restarts = 1, key } = options;
  if (restarts === 1) return Number.NaN;
  const { elbo } = await estimateTarget(target, guide, { ...options, samples: COMPARED, key: fold(key, 'compare') });
  return Number.isNaN(elbo) ? Number.NEGATIVE_INFINITY : elbo;
}

/** The key of the estimate's draws. */
export const estimateKey = (key: Key): Key => fold(key, 'estimate');

/** Draws with which restarts are compared: the same noise for all of them. */
const COMPARED = 2000;

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
