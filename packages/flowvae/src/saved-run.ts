// A finished run, read back: its config, checked, and its model with the trained parameters.
import { RunFolder } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { type Experiment, experiment } from './experiment.ts';
import type { TrainConfig } from './settings.ts';
import { completeConfig } from './train-config.ts';

/** A run's folder and parts. */
export interface SavedRun {
  readonly folder: RunFolder;
  readonly parts: Experiment;
}

/**
 * Opens a run with some settings changed; those that shape the model must stay.
 *
 * @throws ExpectationError where the folder, its config or its parameters cannot be used
 */
export function openRun(path: string, changes: Partial<TrainConfig> = {}): SavedRun {
  const folder = RunFolder.open(path);
  const where = `${path}/config.json`;
  const stored = folder.readConfig();
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) {
    throw new ExpectationError({ where, expected: 'a JSON object', received: JSON.stringify(stored) });
  }
  const { versions: _, ...given } = stored as Record<string, unknown>;
  const parts = experiment({ ...completeConfig(given, where), ...changes });
  folder.loadModel(parts.model.variables);
  return { folder, parts };
}
