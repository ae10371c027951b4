// The training step of a fit to a target: noise in, bound out.
import { drawNoise, type Noise, standardNormal } from '@flowvae/distributions';
import type { LatentModel } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import { type Scalar, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { TrainingProblem } from '@flowvae/training';
import type { Guide } from '../guides/guide.ts';
import type { Target } from '../target/target.ts';
import { targetModel } from '../target/target-model.ts';
import { type FitTargetOptions, refuse, usual } from './fit-options.ts';
import { chooseObjective } from './target-objectives.ts';

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
