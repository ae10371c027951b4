// Steps of small models at parameters away from their start: VAEs with every flow that a formula can name, VAEs of
// pictures with every network, and densities of pictures.
import type { DequantisationName } from '@flowvae/density';
import { flowTable, parseFlow } from '@flowvae/flows';
import { elbo } from '@flowvae/objectives';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type NamedVariables, tf } from '@flowvae/tensor';
import { type TrainingProblem, variational } from '@flowvae/training';
import { type MlpVae, mlpVae, networkMakers, networkVae } from '@flowvae/vae';
import { pictureDensity, shaken } from '../density/densities.ts';

const [PIXELS, LATENT, BATCH] = [16, 4, 6];

const root = key(7);

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
  const model = mlpVae({
    pixels: PIXELS,
    latent,
    hidden,
    activation: 'relu',
    flow: parseFlow(formula, latent, { contextWidth: hidden.at(-1)! }),
    amortize: 'flow',
    key: fold(root, 'model'),
  });
  move(model.variables);
  return { problem: problemOf(model, 'bits'), variables: model.variables };
}

/** Adds a tenth of a standard normal to all values. */
function move(variables: NamedVariables): void {
  for (const [name, variable] of Object.entries(variables)) {
    const moves = drawNormal(fold(root, name), variable.size).map((x) => x / 10);
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(moves, variable.shape))));
  }
}

/** The bound of a model on random data of 16 numbers, bits or bytes as k/255. */
function problemOf({ at, noise }: Pick<MlpVae, 'at' | 'noise'>, data: 'bits' | 'bytes'): TrainingProblem {
  const datum = data === 'bits' ? (u: number) => (u < 0.4 ? 1 : 0) : (u: number) => Math.floor(256 * u) / 255;
  return variational({
    modelAt: (x) => at(x, { isTraining: true }),
    objective: elbo(),
    noise,
    batchSize: BATCH,
    width: PIXELS,
    data: (step) => drawUniform(fold(root, step), BATCH * PIXELS).map(datum),
    key: fold(root, 'noise'),
  });
}

const SHAPE = [4, 4, 1] as const;

/** A VAE of pictures of 4 × 4 pixels. */
function networkCase(name: string): StepCase {
  const networks = networkMakers[name as keyof typeof networkMakers];
  const model = networkVae({ pixels: PIXELS, shape: SHAPE, latent: 2, networks, hidden: [4], key: key(1) });
  move(model.variables);
  return { problem: problemOf(model, 'bits'), variables: model.variables };
}

/** A density of the same pictures. */
function densityCase(name: 'nice' | 'realnvp' | 'glow', dequantisation: DequantisationName): StepCase {
  const model = shaken(pictureDensity({ name, shape: SHAPE, dequantisation }), 0.1);
  return { problem: problemOf(model as never, 'bytes'), variables: model.variables };
}

/** Models of pictures. */
export const pictureCases: Readonly<Record<string, () => StepCase>> = {
  'a VAE with conv': () => networkCase('conv'),
  'a VAE with resnet': () => networkCase('resnet'),
  'a VAE with gated-conv': () => networkCase('gated-conv'),
  'a NICE of pictures': () => densityCase('nice', 'uniform'),
  'a RealNVP of pictures': () => densityCase('realnvp', 'uniform'),
  'a Glow with variational dequantisation': () => densityCase('glow', 'variational'),
};
