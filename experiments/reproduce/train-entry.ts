// Trains the run of an entry: by the command's options alone, or by an experiment of its own.
import { type ProgramRun, type TrainConfig, type TrainOptions, train, trainRun } from 'flowvae';
import type { VaeEntry } from './vae-entry.ts';

/** Trains into a folder, new or resumed. */
export async function trainEntry(
  { own, set, settings }: VaeEntry,
  config: TrainConfig,
  options: TrainOptions & { readonly out: string },
): Promise<Pick<ProgramRun, 'report'>> {
  if (!own) return trainRun(config, options);
  return train(own(), { ...settings, threads: config.threads, ...(set && { set }) }, options);
}
