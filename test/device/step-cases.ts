// Steps of small VAEs at parameters away from their start, for every flow that a formula can name.
import { flowTable, parseFlow } from '@flowvae/flows';
import { elbo } from '@flowvae/objectives';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type NamedVariables, tf } from '@flowvae/tensor';
import { type TrainingProblem, variational } from '@flowvae/training';
import { mlpVae } from '@flowvae/vae';

const [PIXELS, LATENT, BATCH] = [16, 4, 6];

/** Each flow for vectors, with small arguments. */
const words: readonly string[] = Object.entries(flowTable)
  .filter(([, { isOfPictures }]) => !isOfPictures)
  .map(([name, { args = [] }]) => {
    const values = args.map(({ above }) => (above ? 3 : 2));
    return `${name}${values.length > 0 ? `(${values.join(',')})` : ''}`;
  });

/** Flows onto a part of R^D; one behind the other they saturate. */
const ontoParts = words.filter((word) => /^(positive|interval|ordered)/.test(word));

/** Flows in one formula: a driver in software takes seconds to prepare the rest of a step. */
const TOGETHER = 5;

/** Every flow for vectors in some formula; planar flows have two layers, by which their chain takes another form. */
export const formulas: readonly string[] = [
  'planar*2-planar-leaky*2',
  ...ontoParts,
  ...inGroups(words.filter((word) => !ontoParts.includes(word) && !/^planar(-leaky)?$/.test(word))),
];

function inGroups(names: readonly string[]): string[] {
  const starts = Array.from({ length: Math.ceil(names.length / TOGETHER) }, (_, i) => i * TOGETHER);
  return starts.map((start) => names.slice(start, start + TOGETHER).join('-'));
}

/** A problem and its variables. */
export interface StepCase {
  readonly problem: TrainingProblem;
  readonly variables: NamedVariables;
}

/** A VAE whose posterior has a flow; all values moved by a tenth of a standard normal. */
export function stepCase(
  formula: string,
  { latent = LATENT, hidden = [8] }: { readonly latent?: number; readonly hidden?: readonly number[] } = {},
): StepCase {
  const root = key(7);
  const model = mlpVae({
    pixels: PIXELS,
    latent,
    hidden,
    activation: 'relu',
    flow: parseFlow(formula, latent, { contextWidth: hidden.at(-1)! }),
    amortize: 'flow',
    key: fold(root, 'model'),
  });
  for (const [name, variable] of Object.entries(model.variables)) {
    const moves = drawNormal(fold(root, name), variable.size).map((x) => x / 10);
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(moves, variable.shape))));
  }
  const problem = variational({
    modelAt: model.at,
    objective: elbo(),
    noise: model.noise,
    batchSize: BATCH,
    width: PIXELS,
    data: (step) => drawUniform(fold(root, step), BATCH * PIXELS).map((u) => (u < 0.4 ? 1 : 0)),
    key: fold(root, 'noise'),
  });
  return { problem, variables: model.variables };
}
