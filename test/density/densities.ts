// Small densities for tests, with parameters that are far from their start.
import {
  type DensityModel,
  type DequantisationName,
  densityModel,
  levelsSupport,
  pictureFlow,
  standardisedFlow,
  uniformDequantisation,
  variationalDequantisation,
} from '@flowvae/density';
import { evaluateModel, type ImportanceEstimate } from '@flowvae/evaluation';
import { affine, type ImageShape } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';

const made: DensityModel[] = [];

/** The model, which {@link disposeModels} disposes of. */
export function kept(model: DensityModel): DensityModel {
  made.push(model);
  return model;
}

/** The evaluation of rows, with the estimates of all of them. */
export async function scored(model: DensityModel, rows: Float32Array, samples = 1) {
  const estimates: ImportanceEstimate[] = [];
  const evaluation = await evaluateModel({
    variables: model.variables,
    modelAt: model.at,
    noise: model.noise,
    data: dataPoints(rows, model.latent),
    samples,
    key: key(4),
    onEstimate: (_, estimate) => estimates.push(estimate),
  });
  return { estimates, evaluation };
}

/** Gives the variables of all models free. */
export const disposeModels = () => tf.dispose(made.splice(0).map(({ variables }) => ({ ...variables })));

/** Adds normal numbers to all variables. */
export function shaken(model: DensityModel, scale: number): DensityModel {
  for (const [i, variable] of Object.values(model.variables).entries()) {
    const values = variable.dataSync<'float32'>().slice();
    for (const [j, step] of drawNormal(fold(key(7), i), values.length).entries()) values[j]! += scale * step;
    variable.assign(tf.tensor(values, variable.shape));
  }
  return model;
}

interface PictureOptions {
  readonly shape?: ImageShape;
  readonly levels?: number;
  readonly dequantisation?: DequantisationName;
  readonly alpha?: number;
  readonly rows?: Float32Array;
  readonly name?: 'nice' | 'realnvp' | 'glow';
}

/** A density of pictures. */
export function pictureDensity(options: PictureOptions = {}): DensityModel {
  const { shape = [4, 4, 1], levels = 256, dequantisation = 'uniform', alpha = 0.05, rows, name = 'glow' } = options;
  const dim = shape[0] * shape[1] * shape[2];
  const filling = {
    uniform: () => uniformDequantisation(dim),
    variational: () => variationalDequantisation(shape, { levels, width: 3, key: key(3) }),
  };
  return kept(
    densityModel({
      flow: pictureFlow(name, shape, { levels: 1, depth: 1, width: 3, key: key(2) }),
      support: levelsSupport(dim, { levels, alpha, dequantisation: filling[dequantisation]() }),
      key: key(1),
      ...(rows ? { rows } : {}),
    }),
  );
}

/** A density of one level: a normal behind the logit. */
export function pixelDensity(alpha: number): DensityModel {
  const support = levelsSupport(1, { alpha, dequantisation: uniformDequantisation(1) });
  return kept(densityModel({ flow: standardisedFlow(affine(1)), support, key: key(1) }));
}
