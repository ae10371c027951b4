// The two models of a comparison of flow and VAE, in the sizes of each scale.
import { densityExperiment, type ExperimentDefinition, type ProgramConfig } from 'flowvae';
import vae from './vae.ts';

/** A model as an experiment. */
export interface ImageModel {
  /** For folders. */
  readonly name: 'glow' | 'vae';
  /** For tables and figures. */
  readonly title: string;
  readonly experiment: ExperimentDefinition;
  /** Settings of its training, which decide the model. */
  readonly config: ProgramConfig & { readonly batch: number };
}

/** Sizes of models and measurements. */
export interface Scale {
  readonly glow: ImageModel;
  readonly vae: ImageModel;
  /** Steps that are timed before a training, to find how many fit into the minutes. */
  readonly calibration: number;
  /** Repetitions of each measurement of time. */
  readonly repeats: number;
}

const shared = { lr: 1e-3, binarize: 'none' } as const;

interface Size {
  readonly batch: number;
  readonly set: Readonly<Record<string, unknown>>;
}

const glowOf = ({ batch, set }: Size): ImageModel => ({
  name: 'glow',
  title: 'Glow',
  experiment: densityExperiment,
  config: { ...shared, batch, set: { model: 'glow', levels: 2, ...set } },
});

const vaeOf = ({ batch, set, latent }: Size & { readonly latent: number }): ImageModel => ({
  name: 'vae',
  title: 'VAE',
  experiment: vae,
  config: { ...shared, batch, latent, set },
});

/** `full` is that of the page. */
export const scales: Readonly<Record<'full' | 'smoke', Scale>> = {
  full: {
    glow: glowOf({ batch: 32, set: { depth: 8, width: 64 } }),
    vae: vaeOf({ batch: 100, latent: 20, set: { width: 32 } }),
    calibration: 60,
    repeats: 30,
  },
  smoke: {
    glow: glowOf({ batch: 10, set: { depth: 1, width: 4 } }),
    vae: vaeOf({ batch: 10, latent: 2, set: { width: 4 } }),
    calibration: 4,
    repeats: 3,
  },
};
