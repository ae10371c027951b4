// A run as a row of the list: its state, settings, bounds, age and size.
import { basename, join } from 'node:path';
import { bestOf, isValidation, REPORT, readObject, readRunConfig, readRunMetrics } from '@flowvae/runs/plain';
import { moduleName } from '../definition/own-module.ts';
import { recordedInEffect } from '../definition/settings-in-effect.ts';
import { attempted } from './attempts.ts';
import { extentOf, filesUnder } from './folder-extent.ts';
import type { FoundRun } from './found-runs.ts';
import { type RunKind, runKind } from './run-kind.ts';
import type { StateName } from './run-state.ts';

/** A row of `flowvae runs --json`; a value that the files do not tell is null. */
export interface RunRow {
  readonly folder: string;
  /** The folder of the sweep or comparison that the run is part of. */
  readonly group: string | null;
  readonly kind: RunKind | null;
  readonly state: StateName;
  readonly step: number;
  readonly steps: number;
  /** The fault of a damaged run, or of one that could not go on. */
  readonly reason: string | null;
  /** The posterior's flow, that of a density, or the guide of a target. */
  readonly flow: string | null;
  /** The data as config.json names them, or the target. */
  readonly data: string | null;
  readonly seed: number | null;
  /** The best validation bound, nats. */
  readonly validationElbo: number | null;
  /** Of a finished run, nats; of a target the bound on log Z. */
  readonly testElbo: number | null;
  readonly testNll: number | null;
  /** The last change of a file. */
  readonly changed: string;
  /** Of all its files. */
  readonly bytes: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** The row of a run. */
export function runRow({ folder, group, state: { state, step, steps, reason } }: FoundRun): RunRow {
  const config: Fields = attempted(() => readRunConfig(folder)) ?? {};
  const kind = runKind(folder, config) ?? null;
  const report: Fields = (state === 'finished' && attempted(() => readObject(join(folder, REPORT)))) || {};
  const { bytes, changed } = extentOf(filesUnder(folder));
  return {
    ...{ folder, group: group ?? null, kind, state, step, steps, reason: reason ?? null },
    flow: kind === 'comparison' ? (config.compare as readonly unknown[]).join(', ') : flowIn(config, report),
    data: kind === 'target' || kind === 'comparison' ? targetIn(config) : textIn(config.data),
    seed: numberIn(config.seed),
    validationElbo: bestValidation(folder),
    testElbo: numberIn(report.testElbo ?? report.elbo),
    testNll: numberIn(report.testNll),
    changed: new Date(changed).toISOString(),
    bytes,
  };
}

const textIn = (value: unknown) => (typeof value === 'string' ? value : null);

/** The flow of the posterior, or of a density; null where a module's model reads none. */
function flowIn(recorded: Fields, { unused }: Fields): string | null {
  const { config, set } = recordedInEffect(recorded, unused);
  const { builtIn } = (recorded.experiment ?? {}) as { readonly builtIn?: string };
  return textIn(builtIn === undefined ? config.flow : (set.model ?? config.flow));
}

const numberIn = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** The name of a target's module; null: a program held the target. */
function targetIn({ target }: Fields): string | null {
  const { module } = (target ?? {}) as { readonly module?: Parameters<typeof moduleName>[0] | null };
  return moduleName(module ?? undefined) ?? null;
}

function bestValidation(folder: string): number | null {
  const entries = attempted(() => readRunMetrics(folder)) ?? [];
  return numberIn(bestOf(entries.filter(isValidation))?.validation.elbo);
}

/** Orders of rows; where two are equal, their paths decide. */
const orders = {
  name: () => 0,
  state: ({ state }: RunRow) => state,
  step: ({ step, steps }: RunRow) => -(step / steps),
  bound: ({ validationElbo }: RunRow) => -(validationElbo ?? Number.NEGATIVE_INFINITY),
  elbo: ({ testElbo }: RunRow) => -(testElbo ?? Number.NEGATIVE_INFINITY),
  nll: ({ testNll }: RunRow) => testNll ?? Number.POSITIVE_INFINITY,
  flow: ({ flow }: RunRow) => flow ?? '',
  age: ({ changed }: RunRow) => -Date.parse(changed),
  size: ({ bytes }: RunRow) => -bytes,
} satisfies Record<string, (row: RunRow) => number | string>;

/** A name of an order. */
export type RunOrder = keyof typeof orders;

/** The names of orders: the best, the newest and the largest come first. */
export const runOrders = Object.keys(orders) as readonly RunOrder[];

/** Rows in an order. */
export function sortedRows(rows: readonly RunRow[], order: RunOrder): RunRow[] {
  const place: (row: RunRow) => number | string = orders[order];
  const keyed = rows.map((row) => ({ row, at: place(row) }));
  const byPath = (a: RunRow, b: RunRow) => (a.folder < b.folder ? -1 : 1);
  return keyed.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : byPath(a.row, b.row))).map(({ row }) => row);
}

/** The data's name in a table. */
export const dataName = ({ data }: RunRow): string => (data === null ? '-' : basename(data));
