// The options of a fit to a target.
import type { Samplable, Scorable } from '@flowvae/distributions';
import type { Flow } from '@flowvae/flows';
import type { Gradient } from '@flowvae/objectives';
import type { ObjectiveTerms } from '@flowvae/objectives/plain';
import type { Key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import type { DataPoints, FitOptions, Optimizer } from '@flowvae/training';
import type { GuideTerms } from '../guides/guide-words.ts';

/** How a guide is fitted to a target. */
export interface FitTargetOptions
  extends Pick<FitOptions, 'engine' | 'threads' | 'callbacks' | 'signal' | 'onNonFinite' | 'entryEvery' | 'from'> {
  /** Dimensions D of the points, for a target that is a plain function. */
  readonly dim?: number;
  /** A guide's word (`mean-field`, `full-rank`, `low-rank(5)`), a flow formula, or a flow. Default `realnvp*4`. */
  readonly flow?: string | GuideTerms | Flow;
  /** The distribution under the flow, without variables. Default N(0, I). */
  readonly base?: Samplable & Scorable;
  /** See {@link targetObjectives}; a formula or its terms. Default `reverse-kl`. */
  readonly objective?: string | ObjectiveTerms;
  readonly gradient?: Gradient;
  /** Draws of the target, which `forward-kl` needs. */
  readonly data?: DataPoints;
  readonly steps: number;
  /** Draws in a step. Default 256. */
  readonly batch?: number;
  /** Learning rate at the first step; it falls to 0 along half a cosine. Default 5e-3. */
  readonly lr?: number;
  /** Instead of Adam with this rate and gradients clipped to norm 10. */
  readonly optimizer?: Optimizer;
  /** Steps over which the target grows from the base: log p̃_β = (1 − β)·log base + β·log p̃. Default 0. */
  readonly annealSteps?: number;
  /** ε of the transitions of objective `bootstrap`. Default 0.1. */
  readonly stepSize?: number;
  /** Fits with keys of their own; the one with the best bound is kept. Default 1. */
  readonly restarts?: number;
  /** Importance samples of the estimate. Default 10,000. */
  readonly samples?: number;
  /** Decides the guides' first parameters and all noise. */
  readonly key: Key;
}

/** Defaults of options. */
export const usual = { flow: 'realnvp*4', objective: 'reverse-kl', batch: 256, lr: 5e-3, samples: 10_000 } as const;

/** @throws ExpectationError for an option, unless the condition holds */
export function refuse(holds: boolean, name: string, expected: string, received: unknown): void {
  if (!holds) throw refusal(name, expected, String(received));
}

export const refusal = (name: string, expected: string, received: string) =>
  new ExpectationError({ where: `fitTarget: ${name}`, expected, received });
