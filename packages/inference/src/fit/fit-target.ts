// Variational inference on a target: a guide is fitted to a density that need not be normalised.
import { drawNoise, type Noise, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import type { Flow } from '@flowvae/flows';
import type { Gradient, LatentModel } from '@flowvae/objectives';
import type { ObjectiveTerms } from '@flowvae/objectives/plain';
import { fold, type Key } from '@flowvae/random';
import { ExpectationError, type NamedVariables, type Scalar, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import {
  adam,
  chainOptimizers,
  clipByGlobalNorm,
  cosineDecay,
  type DataPoints,
  type FitOptions,
  type FitResult,
  fit,
  fitDensity,
  NonFiniteError,
  type Optimizer,
  type TrainingProblem,
} from '@flowvae/training';
import { type Guide, makeGuide } from '../guides/guide.ts';
import type { GuideTerms } from '../guides/guide-words.ts';
import { type NamedDensity, namedTarget, plainTarget, type Target } from '../target/target.ts';
import { targetModel } from '../target/target-model.ts';
import { bestRestart, type TriedRestart } from './best-restart.ts';
import { estimateTarget, type TargetEstimate } from './estimate-target.ts';
import { chooseObjective, FORWARD_KL, objectiveTerms, refuseUnscored } from './target-objectives.ts';

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

/** A fitted guide and its estimate. */
export interface TargetFit {
  readonly target: Target;
  readonly guide: Guide;
  readonly fit: FitResult;
  /** The ELBO of each restart, nats; the kept one has the greatest. */
  readonly bounds: readonly number[];
  readonly estimate: TargetEstimate;
}

/** Draws with which restarts are compared: the same noise for all of them. */
const COMPARED = 2000;

const usual = { flow: 'realnvp*4', objective: 'reverse-kl', batch: 256, lr: 5e-3, samples: 10_000 } as const;

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

/**
 * The training problem of a guide: noise in, bound out; of all objectives but `forward-kl`.
 *
 * @throws ExpectationError for options that do not fit together
 */
export function targetProblem(
  { dim, logDensity }: Target,
  { distribution, scoresFast }: Guide,
  options: FitTargetOptions,
): TrainingProblem {
  const { annealSteps = 0, stepSize = 0.1, gradient, batch = usual.batch, base = standardNormal(dim), key } = options;
  refuse(
    annealSteps === 0 || annealSteps < options.steps,
    'annealSteps',
    `fewer than the ${options.steps} steps`,
    annealSteps,
  );
  refuse(annealSteps === 0 || !('box' in base), 'annealSteps', 'none beside a base on a box', annealSteps);
  const choice = { objective: options.objective ?? usual.objective, gradient, annealSteps, stepSize };
  const { objective, noiseWidth } = chooseObjective(choice, { distribution, scoresFast, dim });
  const rows = batch / objective.draws;
  refuse(
    Number.isInteger(rows) && rows >= 1,
    'batch',
    `a multiple of ${objective.draws}, the draws of one bound`,
    batch,
  );
  const model: LatentModel =
    annealSteps > 0
      ? { ...targetModel((z) => tf.sub(logDensity(z), base.logProb(z)), distribution), prior: base }
      : targetModel(logDensity, distribution);
  const width = objective.draws * noiseWidth;
  return {
    loss({ noise, ...at }) {
      const { loss, terms } = objective.bound(model, noise as Tensor2D, at as Record<string, Scalar>);
      return { loss, terms: namedTerms(terms, annealSteps > 0) };
    },
    ...noiseProblem(objective.schedules, { kind: distribution.noise.kind, width }, { rows, key }),
  };
}

/** The inputs of a step: noise, and the schedules by name. */
function noiseProblem(
  schedules: Readonly<Record<string, (step: number) => number>>,
  { kind, width }: Noise,
  { rows, key }: { readonly rows: number; readonly key: Key },
): Omit<TrainingProblem, 'loss'> {
  const noise = new Float32Array(rows * width);
  const names = Object.keys(schedules);
  return {
    inputShapes: { noise: [rows, width], ...Object.fromEntries(names.map((name) => [name, []])) },
    batchInputs: ['noise'],
    batch(step) {
      drawNoise(kind, fold(key, 'noise', step), noise);
      const at = names.map((name) => [name, Float32Array.of(schedules[name]!(step))]);
      return { noise, ...Object.fromEntries(at) };
    },
  };
}

/** The terms of a model without data: log p̃(z) stands for log p(x, z). */
function namedTerms(
  terms: Readonly<Record<string, Tensor1D>>,
  isAnnealed: boolean,
): Readonly<Record<string, Tensor1D>> {
  const { logLikelihood, logPrior, ...others } = terms;
  return { ...others, logTarget: isAnnealed ? tf.add(logLikelihood!, logPrior!) : logLikelihood! };
}

const checkedCount = (name: string, value: number): number => {
  refuse(Number.isInteger(value) && value >= 1, name, 'a whole number from 1', value);
  return value;
};

function refuse(holds: boolean, name: string, expected: string, received: unknown): void {
  if (!holds) throw refusal(name, expected, String(received));
}

const refusal = (name: string, expected: string, received: string) =>
  new ExpectationError({ where: `fitTarget: ${name}`, expected, received });

const disposeAll = (variables: NamedVariables): void => {
  for (const variable of Object.values(variables)) variable.dispose();
};
