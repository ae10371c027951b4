// Variational inference on a target: a guide is fitted to a density that need not be normalised.
import type { Samplable, Scorable } from '@flowvae/distributions';
import type { NamedVariables, Tensor1D, Tensor2D } from '@flowvae/tensor';
import {
  adam,
  chainOptimizers,
  clipByGlobalNorm,
  cosineDecay,
  type FitResult,
  fit,
  fitDensity,
  NonFiniteError,
} from '@flowvae/training';
import type { Guide } from '../guides/guide.ts';
import { type NamedDensity, namedTarget, plainTarget, type Target } from '../target/target.ts';
import { estimateTarget, type TargetEstimate } from './estimate-target.ts';
import { type FitTargetOptions, refusal, refuse, usual } from './fit-options.ts';
import { beginRestart, bestRestart, estimateKey, restartBound, type TriedRestart } from './restarts.ts';
import { FORWARD_KL, objectiveTerms, refuseUnscored } from './target-objectives.ts';
import { targetProblem } from './target-problem.ts';

/** A fitted guide and its estimate. */
export interface TargetFit {
  readonly target: Target;
  readonly guide: Guide;
  readonly fit: FitResult;
  /** The ELBO of each restart, nats; the kept one has the greatest. */
  readonly bounds: readonly number[];
  readonly estimate: TargetEstimate;
}

/** Norm to which Adam's gradients are clipped: a density's slopes far out have no bound. */
const CLIP = 10;

/**
 * Fits a guide q to a target by maximising a bound on log Z = log ∫ p̃, by default the ELBO E_q[log p̃(z) − log q(z)] =
 * log Z − KL(q ‖ p), and estimates log Z and moments by importance sampling.
 *
 * The step is compiled, and threads share the draws of a step. Equal arguments give equal bytes.
 * @param target a function of points z [B, D] → log p̃ [B] with `dim` beside it, or a density of named parameters in
 * their own units
 * @throws ExpectationError for options that do not fit together; NonFiniteError if every restart diverges; the
 * signal's reason if it aborts: the fit has no estimate then
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, section 6.1
 */
export async function fitTarget(
  target: Target | NamedDensity | ((z: Tensor2D) => Tensor1D),
  options: FitTargetOptions,
): Promise<TargetFit> {
  const whole = targetOf(target, options.dim);
  const { restarts = 1, key, samples = usual.samples } = options;
  refuse(restarts === 1 || options.from === undefined, 'from', 'none beside restarts, which begin anew', 'one');
  const tried: TriedRestart[] = [];
  for (let restart = 0; restart < checkedCount('restarts', restarts) && !options.signal?.aborted; restart++) {
    tried.push(await tryRestart(whole, restart, options));
  }
  options.signal?.throwIfAborted();
  const best = bestRestart(tried);
  for (const { guide } of tried) if (guide !== best.guide) disposeAll(guide.variables);
  const estimate = await estimateTarget(whole, best.guide, { ...options, samples, key: estimateKey(key) });
  const bounds = restarts === 1 ? [estimate.elbo] : tried.map(({ bound }) => bound);
  return { target: whole, guide: best.guide, fit: best.fit, bounds, estimate };
}

/** Any of the three ways to give a target. */
function targetOf(target: Target | NamedDensity | ((z: Tensor2D) => Tensor1D), dim = Number.NaN): Target {
  if (typeof target === 'function') return plainTarget(target, dim);
  return 'parameters' in target ? namedTarget(target) : target;
}

async function tryRestart(target: Target, restart: number, options: FitTargetOptions): Promise<TriedRestart> {
  const { guide, key } = beginRestart(target, restart, options);
  try {
    const fit = await fitGuide(target, guide, { ...options, key });
    return { guide, fit, bound: await restartBound(target, guide, options) };
  } catch (error) {
    if (error instanceof NonFiniteError) return { guide, fit: error, bound: Number.NEGATIVE_INFINITY };
    throw error;
  }
}

/** Fits a guide that was made before; its variables hold the result. Errors as for {@link fitTarget}. */
export function fitGuide(target: Target, guide: Guide, options: FitTargetOptions): Promise<FitResult> {
  const { objective = usual.objective, data, steps, batch = usual.batch, lr = usual.lr } = options;
  const optimizer = options.optimizer ?? chainOptimizers(clipByGlobalNorm(CLIP), adam(cosineDecay(lr, steps)));
  const loop = { ...options, variables: guide.variables, optimizer };
  if (objectiveTerms(objective).name !== FORWARD_KL) {
    refuse(
      data === undefined,
      'data',
      `none beside ${objectiveTerms(objective).formula}, which draws from the guide`,
      'some',
    );
    return fit({ ...loop, ...targetProblem(target, guide, { ...options, batch }) });
  }
  if (!data) throw refusal('data', 'draws of the target beside forward-kl', 'none');
  refuseUnscored(guide.distribution);
  const { annealSteps = 0, gradient = 'path' } = options;
  refuse(annealSteps === 0, 'annealSteps', 'none beside forward-kl', annealSteps);
  refuse(gradient === 'path', 'gradient', 'path beside forward-kl', gradient);
  const batchSize = Math.min(batch, data.count);
  return fitDensity(guide.distribution as Samplable & Scorable, { ...loop, data, batchSize, key: options.key });
}

const checkedCount = (name: string, value: number): number => {
  refuse(Number.isInteger(value) && value >= 1, name, 'a whole number from 1', value);
  return value;
};

const disposeAll = (variables: NamedVariables): void => {
  for (const variable of Object.values(variables)) variable.dispose();
};
