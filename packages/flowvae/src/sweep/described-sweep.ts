// A sweep as a file or options describe it, with the settings that options share among its runs.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { completeSpec, readSweep, type SweepSpec } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { flagOf, type SettingName, settings } from '../config/settings.ts';
import { fromFolder } from './sweep-paths.ts';

/** Values of varied settings by name, as texts. */
export type Grid = Readonly<Record<string, readonly string[]>>;

/** Options that describe a sweep. */
export interface DescribingFlags extends Readonly<Record<string, unknown>> {
  readonly grid?: Grid;
  readonly seeds?: number;
  readonly set?: Readonly<Record<string, string>>;
  readonly plugin?: readonly string[];
}

/**
 * The description of a new sweep.
 *
 * @param file a sweep file, or a module; its paths are relative to its folder
 * @throws ExpectationError for a file or options that describe none, or contradict each other
 */
export function describedSweep(file: string | undefined, flags: DescribingFlags): SweepSpec {
  const { grid, seeds, set = {}, plugin = [] } = flags;
  const isFile = file !== undefined && /\.(ya?ml|json)$/.test(file);
  if (isFile && grid) throw refused('--grid', 'no --grid beside a sweep file', Object.keys(grid).join(', '));
  const spec = isFile
    ? fromFolder(readSweep(readText(file), file), dirname(file))
    : completeSpec({
        ...(file === undefined ? {} : { module: file }),
        vary: Object.fromEntries(Object.entries(grid ?? {}).map(([name, values]) => [name, [...values]])),
      });
  const shared = sharedSettings(flags);
  refuseVaried(spec, { ...shared, ...prefixed(set), ...(isFile || file === undefined ? {} : { module: file }) });
  const whole = {
    ...spec,
    plugins: [...spec.plugins, ...plugin],
    settings: { ...spec.settings, ...shared },
    set: { ...spec.set, ...set },
    ...(seeds === undefined ? {} : { seeds: Array.from({ length: seeds }, (_, i) => i) }),
  };
  const { columns, rows, seeds: all } = whole;
  if (columns.length + rows.length > 0 || all.length > 1) return whole;
  throw refused(file ?? 'sweep', 'settings that vary: --grid <setting=values>, a sweep file, or --seeds', 'none');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw refused(path, 'a sweep file', (error as Error).message);
  }
}

/** Settings of `train` among the options, as texts. */
function sharedSettings(flags: DescribingFlags): Record<string, string> {
  const given = (Object.keys(settings) as SettingName[]).filter((name) => flags[name] !== undefined);
  if (given.includes('seed')) throw refused('--seed', '--seeds <n>', '--seed');
  return Object.fromEntries(given.map((name) => [name, String(flags[name])]));
}

const OWN = 'set.';

const prefixed = (set: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(set).map(([name, value]) => [OWN + name, value]));

/** A setting that every run varies has no use for a shared value. */
function refuseVaried({ columns, rows }: SweepSpec, given: Readonly<Record<string, string>>): void {
  const varied = [
    ...columns.filter(({ when }) => !when).map(({ setting }) => setting),
    ...rows.flatMap((row) => Object.keys(row)),
  ];
  const twice = varied.find((setting) => given[setting] !== undefined);
  if (twice === undefined) return;
  throw refused(placeOf(twice), 'no value beside a column that varies it', given[twice]!);
}

function placeOf(setting: string): string {
  if (setting.startsWith(OWN)) return `--set ${setting.slice(OWN.length)}`;
  return setting === 'module' ? 'the module' : flagOf(setting as SettingName);
}

const refused = (where: string, expected: string, received: string) =>
  new ExpectationError({ where, expected, received });
