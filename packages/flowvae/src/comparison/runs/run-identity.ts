// Facts that make a method beside its settings: the user's modules by their content, a prior that was fitted after
// training, and fields that only other versions write.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FITTED_PRIOR, readObject } from '@flowvae/runs/plain';
import { settings } from '../../config/settings.ts';
import type { ModuleRecord } from '../../modules/module-files.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields of a config that have names of their own here, or belong to data, machine and evaluation. */
const RECORDS: readonly string[] = [
  ...['dataSha256', 'dataSet', 'experiment', 'plugins', 'target', 'versions', 'sha256'],
  ...Object.keys(settings),
];

/** The facts of a run by their columns. @throws ExpectationError for a damaged record of a fitted prior */
export function runIdentity(path: string, config: Fields): Readonly<Record<string, string>> {
  const { experiment, plugins } = config as {
    readonly experiment?: { readonly module?: ModuleRecord | null; readonly builtIn?: string };
    readonly plugins?: readonly ModuleRecord[];
  };
  const others = Object.entries(config).filter(([name]) => !RECORDS.includes(name));
  return {
    ...(experiment
      ? { module: experiment.module ? moduleText(experiment.module) : (experiment.builtIn ?? 'of a program') }
      : {}),
    ...(plugins ? { plugins: plugins.map(moduleText).join(', ') } : {}),
    ...(existsSync(join(path, FITTED_PRIOR)) ? { priorFit: fitText(readObject(join(path, FITTED_PRIOR))) } : {}),
    ...Object.fromEntries(others.map(([name, value]) => [name, valueText(value)])),
  };
}

/** `mine.ts (1a2b3c4d)`: a module that was moved stays the same one, a changed one does not. */
function moduleText({ path, package: name, version, files }: ModuleRecord): string {
  const sums = files.map(({ sha256 }) => sha256).toSorted();
  const sum = createHash('sha256').update(sums.join()).digest('hex').slice(0, 8);
  return `${name === undefined ? basename(path) : `${name}@${version}`} (${sum})`;
}

const fitText = (fit: Fields): string =>
  ['steps', 'batch', 'lr', 'draws'].map((name) => `${name} ${valueText(fit[name])}`).join(', ');

/**
 * A value of a config as text; `-` for none. Objects and lists that joined texts would not tell apart are JSON, with
 * sorted names.
 */
export function valueText(value: unknown): string {
  if (value === undefined || value === '') return '-';
  if (Array.isArray(value) && value.every(isPlain)) return value.join(',') || '-';
  return typeof value === 'object' ? JSON.stringify(sortedNames(value)) : String(value);
}

const isPlain = (value: unknown) =>
  typeof value === 'number' || (typeof value === 'string' && value !== '' && !value.includes(','));

function sortedNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sortedNames);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, sortedNames(each)]));
}
