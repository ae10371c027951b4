// The content of a run folder as MLflow takes it. Loads no tensor library.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  CONFIG,
  EVENTS,
  FAILURE,
  METRICS,
  MODEL,
  REPORT,
  readObject,
  readRunConfig,
  readRunMetrics,
} from '@flowvae/runs/plain';
import { hyperparametersOf, resultsOf } from '../hyperparameters.ts';
import { type Metric, metric, type Named } from './batches.ts';

type Fields = Readonly<Record<string, unknown>>;
type Entry = Fields & { readonly step: number };

/** The settings of a run; the number of its flow's layers is known from its report. */
export function settingsOf(folder: string): Readonly<Record<string, string | number | boolean>> {
  const { K } = reportOf(folder);
  return { ...hyperparametersOf(readRunConfig(folder)), ...(typeof K === 'number' ? { K } : {}) };
}

/** Name and tags of a run. */
export function describedAs(folder: string, key: string): { readonly name: string; readonly tags: readonly Named[] } {
  const path = resolve(folder);
  const sweep = dirname(dirname(path));
  const { versions = {} } = readRunConfig(folder) as { readonly versions?: Readonly<Record<string, string>> };
  const tags = {
    [KEY]: key,
    'flowvae.folder': basename(path),
    ...(existsSync(join(sweep, 'sweep.json')) ? { 'flowvae.sweep': basename(sweep) } : {}),
    ...(versions.flowvae === undefined ? {} : { 'flowvae.version': versions.flowvae }),
    'mlflow.source.name': 'flowvae',
    'mlflow.source.type': 'LOCAL',
  };
  return { name: basename(path), tags: Object.entries(tags).map(([name, value]) => ({ key: name, value })) };
}

/** The tag by which a run is found again whose making was not answered. */
export const KEY = 'flowvae.key';

/** When a run began, ms since 1970: its config is written once. */
export const begunAt = (folder: string): number => Math.round(statSync(join(folder, CONFIG)).mtimeMs);

/** When a run ended: a later evaluation writes the report again, but none of the other files. */
export function endedAt(folder: string): number {
  const report = existsSync(join(folder, EVENTS)) ? [] : [REPORT]; // a prior's fit leaves no events
  const names = [CONFIG, METRICS, MODEL, EVENTS, FAILURE, ...report];
  return Math.round(Math.max(...names.map((name) => timeOf(join(folder, name)))));
}

const timeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The metrics of each line of metrics.jsonl after the first `done` ones; a run that has just begun has none. */
export function metricsByLine(folder: string, done: number): readonly (readonly Metric[])[] {
  if (!existsSync(join(folder, METRICS))) return [];
  let timestamp = begunAt(folder);
  let last = 0;
  return (readRunMetrics(folder) as Entry[]).flatMap((entry, line) => {
    const { step, msPerStep } = entry;
    // lines have no time: the sum of the steps' times gives the same one whenever they are sent, so that a repeated
    // request changes nothing
    if (typeof msPerStep === 'number' && Number.isFinite(msPerStep)) {
      timestamp += (step - last) * msPerStep;
      last = step;
    }
    return line < done ? [] : [numbersOf(entry).map(([name, value]) => metric(name, value, { step, timestamp }))];
  });
}

/** The numbers of a line: `train/loss`, `train/elbo` of its terms, `validation/elbo`. */
function numbersOf({ step: _, terms, validation, ...scalars }: Entry): [string, number][] {
  const under = (group: string, values: unknown) =>
    Object.entries((values ?? {}) as Fields).flatMap(([name, value]): [string, number][] =>
      typeof value === 'number' ? [[`${group}/${name}`, value]] : [],
    );
  return [...under('train', scalars), ...under('train', terms), ...under('validation', validation)];
}

/** The results of a whole run, at its last step. */
export function resultMetrics(folder: string): readonly Metric[] {
  const report = reportOf(folder);
  const entries = existsSync(join(folder, METRICS)) ? readRunMetrics(folder) : [];
  const step = typeof report.steps === 'number' ? report.steps : 0;
  const at = { step, timestamp: timeOf(join(folder, REPORT)) };
  return Object.entries(resultsOf(report, entries)).map(([name, value]) => metric(name, value, at));
}

const reportOf = (folder: string): Fields => (existsSync(join(folder, REPORT)) ? readObject(join(folder, REPORT)) : {});

/** Files of a run that MLflow keeps as artefacts; checkpoints and events stay in the folder. */
const kept: readonly string[] = [CONFIG, METRICS, REPORT, MODEL, 'report.html', 'draws.csv'];

/** Paths within the folder. */
export function artefactsOf(folder: string): readonly string[] {
  const drawn = join(folder, 'figures');
  const figures = statSync(drawn, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(drawn) : [];
  const names = [...kept, ...figures.map((name) => `figures/${name}`)].filter((name) => !name.endsWith('.partial'));
  return names.filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile());
}
