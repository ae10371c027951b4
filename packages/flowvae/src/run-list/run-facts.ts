// The facts that tell the results of one run from those of another: every report carries them.
import type { RunFolder } from '@flowvae/runs';
import type { Plan } from '../config/plan.ts';
import type { SettingName } from '../config/settings.ts';
import type { OwnValues } from '../definition/own-settings.ts';
import { settingsInEffect, unusedOptions } from '../definition/settings-in-effect.ts';
import { version } from '../run/version.ts';

/** The facts about a run in its reports. */
export interface RunFacts {
  /** The formula of the posterior's flow; absent: a user's module makes the model, and does not read it. */
  readonly flow?: string;
  /** Layers of the flow, 0 without one; absent: a user's module makes the model. */
  readonly K?: number;
  /** The own settings of a user's module, or of a density, that take part in the run. */
  readonly set?: OwnValues;
  /** Options in `config` without effect: a module, or a density, does not read them, or an architecture fixes them. */
  readonly unused?: readonly SettingName[];
  /** The config of the run as it began, with the records of the user's modules: config.json without `versions`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Version of flowvae that wrote the report. */
  readonly version: string;
}

/** The facts about a run. A command's changes, such as another number of samples, do not change its config. */
export function runFacts(plan: Plan, folder: RunFolder): RunFacts {
  const { versions: _, ...config } = folder.readConfig();
  const { own, flowLayers } = plan;
  const { options, set } = settingsInEffect(plan);
  const unused = unusedOptions(plan);
  const described = { ...('flow' in options ? { flow: plan.config.flow } : {}), ...layersIn(own, flowLayers) };
  const ofModule = { ...(Object.keys(set).length > 0 ? { set } : {}), ...(unused.length > 0 ? { unused } : {}) };
  return { ...described, ...ofModule, config, version };
}

/** The number of the flow's layers; a model of the user's module has none that is known. */
const layersIn = (own: Plan['own'], flowLayers: number) => (own?.definition.model ? {} : { K: flowLayers });
