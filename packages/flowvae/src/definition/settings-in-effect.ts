// The settings that take part in a run: options of the command, but none that the architecture or the user's module
// leaves without effect, and the module's own.
import type { DataDescription } from '@flowvae/datasets';
import type { SettingName, TrainConfig } from '../config/settings.ts';
import { type DensityConfig, densityInEffect } from '../density/density-settings.ts';
import { modelOptions } from './experiment-definition.ts';
import type { OwnExperiment } from './own-experiment.ts';
import type { OwnRecord } from './own-module.ts';
import type { OwnValues } from './own-settings.ts';
import type { Networks } from './planned-parts.ts';

/** Options that a module was seen to leave unread while its parts were made. */
const unread = new WeakMap<OwnExperiment, Set<SettingName>>();

/** Notes options that a part of a module leaves without effect. */
export function noteUnused(own: OwnExperiment, names: readonly SettingName[]): void {
  const known = unread.get(own) ?? new Set();
  for (const name of names) known.add(name);
  unread.set(own, known);
}

/** A run whose parts were made, such as its plan. */
export interface MadeRun {
  readonly config: TrainConfig;
  readonly own?: OwnExperiment | undefined;
  readonly data: DataDescription;
  readonly networks: Pick<Networks, 'hidden' | 'activation'>;
}

/** The options without effect: those that the module does not read, and those that the architecture replaces. */
export function unusedOptions({ config, own, networks }: Omit<MadeRun, 'data'>): readonly SettingName[] {
  const replaced = (['hidden', 'activation'] as const).filter(
    (name) => String(networks[name]) !== String(config[name]),
  );
  return [...new Set([...((own && unread.get(own)) ?? []), ...replaced])];
}

/** Settings of a run. */
export interface SettingsInEffect {
  readonly options: Readonly<Partial<Record<SettingName, TrainConfig[SettingName]>>>;
  /** Those of the module, by name. */
  readonly set: OwnValues;
}

/** The settings that take part in a run. */
export function settingsInEffect(run: MadeRun): SettingsInEffect {
  const { config, own, data } = run;
  const values = own?.values ?? {};
  const set = own?.builtIn === 'density' ? inEffect(values, { data, binarize: config.binarize }) : values;
  return { options: without(config, unusedOptions(run)), set };
}

const inEffect = (values: OwnValues, at: Parameters<typeof densityInEffect>[1]): OwnValues =>
  densityInEffect(values as unknown as DensityConfig, at);

const without = <T extends object>(fields: T, names: readonly string[]): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name))) as Partial<T>;

type Fields = Readonly<Record<string, unknown>>;

/** The config of a run, and the settings of its module. */
export interface RecordedSettings {
  readonly config: Fields;
  readonly set: Fields;
}

/**
 * The same by the config of a run alone, whose parts nobody makes.
 *
 * @param unused the options without effect, as report.json names them; default: those that a built-in experiment has
 */
export function recordedInEffect(config: Fields, unused?: unknown): RecordedSettings {
  const { experiment, target, dataSet, binarize } = config as {
    readonly experiment?: OwnRecord;
    readonly target?: OwnRecord;
    readonly dataSet?: DataDescription;
    readonly binarize: TrainConfig['binarize'];
  };
  const { settings, builtIn } = experiment ?? target ?? {};
  const isDensity = builtIn === 'density';
  const names: readonly string[] = Array.isArray(unused) ? unused : isDensity ? modelOptions : [];
  const own = settings ?? {}; // a damaged record has none
  const set = isDensity && dataSet ? inEffect(own, { data: dataSet, binarize }) : own;
  return { config: without(config, names), set };
}
