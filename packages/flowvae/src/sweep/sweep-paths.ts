// The paths in a sweep: those of a file are relative to its folder, and those of a sweep's folder depend on no folder.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SweepChoice, SweepColumn, SweepSpec } from '@flowvae/sweeps';
import { absoluteData } from '../config/data-check.ts';
import type { ModuleRecord } from '../modules/module-files.ts';
import type { PlannedTrial } from './sweep-folder.ts';

/** The sweep of a file with its paths as from the current folder. */
export function fromFolder(spec: SweepSpec, folder: string): SweepSpec {
  const { module, plugins, settings, columns, rows } = spec;
  return {
    ...spec,
    ...(module === undefined ? {} : { module: beside(folder, module) }),
    plugins: plugins.map((each) => beside(folder, each)),
    settings: settings.data === undefined ? settings : { ...settings, data: absoluteData(settings.data, folder) },
    columns: columns.map((column) => columnFrom(folder, column)),
    rows: rows.map((row) => rowFrom(folder, row)),
  };
}

/** A file beside the sweep file, or else the name of an npm package. */
function beside(folder: string, name: string): string {
  const path = join(folder, name);
  return existsSync(path) ? `./${relative('.', path)}` : name;
}

const textFrom = (folder: string, setting: string, text: string) => {
  if (setting === 'module') return beside(folder, text);
  return setting === 'data' ? absoluteData(text, folder) : text;
};

function columnFrom(folder: string, column: SweepColumn): SweepColumn {
  const { setting, values } = column;
  if ('scale' in values) return column;
  return { ...column, values: values.map((each) => ({ ...each, text: textFrom(folder, setting, each.text) })) };
}

const rowFrom = (folder: string, row: SweepChoice): SweepChoice =>
  Object.fromEntries(
    Object.entries(row).map(([name, each]) => [name, { ...each, text: textFrom(folder, name, each.text) }]),
  );

/** A run whose paths do not depend on the current folder: a sweep may go on from another one. */
export function inAnyFolder(
  { module, settings, ...trial }: PlannedTrial,
  modules: ReadonlyMap<string, ModuleRecord>,
): PlannedTrial {
  const { data } = settings;
  return {
    ...trial,
    ...(module === undefined ? {} : { module: modules.get(module)?.path ?? module }),
    settings: { ...settings, ...(typeof data === 'string' ? { data: absoluteData(data) } : {}) },
  };
}
