// The list's entry of a VAE run.
import type { ExperimentDefinition, TrainConfig } from 'flowvae';
import type { Entry } from './experiment.ts';

/** A run, all of its settings among its data. */
export interface VaeEntry extends Entry {
  readonly experiment: string;
  /** Layers of the flow; 0 without one. */
  readonly k: number;
  /** The command's settings; absent ones have its defaults. */
  readonly settings: Partial<TrainConfig>;
  /** An experiment of its own, in a function, which JSON leaves out; absent: the settings decide everything. */
  readonly own?: () => ExperimentDefinition;
  /** Its settings. */
  readonly set?: Readonly<Record<string, string | number>>;
  /** Importance samples of the second, closer estimate of log p(x). */
  readonly closeSamples: number;
  /** Test images that are given so many. */
  readonly closeImages: number;
}
