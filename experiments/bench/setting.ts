// The measured model at several flow lengths and widths, the same for every contender.
import {
  completeConfig,
  type Experiment,
  experiment,
  type NetworkName,
  type TrainConfig,
  type Training,
  training,
} from 'flowvae';

/** The common part of all settings. */
export const shape = { pixels: 784, latent: 40, batch: 100 } as const;

/** One setting of the model and the machine. */
export type Setting = {
  /** Planar layers K; 0: no flow. */
  readonly layers: number;
  /** Width of the hidden layers. */
  readonly hidden: number;
  readonly threads: number;
  /** Another flow than K planar layers. */
  readonly flow?: string;
  /** Another network than the perceptrons of width `hidden`. */
  readonly architecture?: NetworkName;
  /** Data points of a batch; default 100. */
  readonly batch?: number;
};

/** Width of the hidden layers for measurements that do not vary it. */
export const HIDDEN = 400;

/** The training problem of a setting: MNIST, dynamic binarisation, Adam. */
export async function problemOf({
  layers,
  hidden,
  threads,
  flow,
  architecture,
  batch = shape.batch,
}: Setting): Promise<Experiment & Training> {
  const config: TrainConfig = completeConfig({
    flow: flow ?? (layers === 0 ? 'none' : `planar*${layers}`),
    ...(architecture === undefined ? { hidden: [hidden, hidden] } : { architecture }),
    latent: shape.latent,
    batch,
    threads,
  });
  const parts = await experiment(config);
  return { ...parts, ...training(parts) };
}
