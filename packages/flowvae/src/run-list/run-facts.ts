// The facts that tell the results of one run from those of another: every report carries them.
import type { RunFolder } from '@flowvae/runs';
import type { Plan } from '../config/plan.ts';
import { version } from '../run/version.ts';

/** The facts about a run in its reports. */
export interface RunFacts {
  /** The formula of the posterior's flow; null: the model of a user's module, which the options do not describe. */
  readonly flow: string | null;
  /** Layers of the flow, 0 without one; null as `flow` is. */
  readonly K: number | null;
  /** The config of the run as it began, with the records of the user's modules: config.json without `versions`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Version of flowvae that wrote the report. */
  readonly version: string;
}

/** The facts about a run. A command's changes, such as another number of samples, do not change its config. */
export function runFacts({ config: { flow }, own, flowLayers }: Plan, folder: RunFolder): RunFacts {
  const { versions: _, ...config } = folder.readConfig();
  const described = own?.definition.model ? { flow: null, K: null } : { flow, K: flowLayers };
  return { ...described, config, version };
}
