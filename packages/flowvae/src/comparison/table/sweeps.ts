// Runs of one sweep are told apart by the sweep's columns; others by their settings.
import { settings } from '../../config/settings.ts';
import type { RunRecord } from '../runs/run-record.ts';

const settingNames = Object.keys(settings);

/** Whether a name is that of a setting, as in config.json or as an option. */
export const isSettingName = (name: string): boolean => settingNames.includes(camel(name));

/** Settings are named as in config.json or as options. */
export const camel = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Whether all runs are of one sweep. */
export const areOfOneSweep = ([first, ...others]: readonly RunRecord[]): boolean =>
  first?.sweep !== undefined && others.every(({ sweep }) => sweep?.path === first.sweep!.path);

/**
 * Runs whose settings can be compared. A sweep's texts for a setting, such as 1e-3 for 0.001, are left out where other
 * runs stand beside: those have the setting in their config alone.
 */
export const withComparableSettings = (runs: readonly RunRecord[]): readonly RunRecord[] =>
  areOfOneSweep(runs) ? runs : runs.map((run) => ({ ...run, values: labelsOf(run) }));

/** The values of columns that have a name of their own in the sweep. */
const labelsOf = ({ values, set, identity }: RunRecord): RunRecord['values'] =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([name]) =>
        !isSettingName(name) && !Object.hasOwn(identity, name) && !Object.hasOwn(set, name.replace(/^set\./, '')),
    ),
  );
