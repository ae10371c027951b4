// The required files of a run folder, and readers that need no tensor library.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { writeRefused } from '../files/atomic-file.ts';
import { readSealed } from '../files/checksum.ts';
import { refuseFilePath } from '../files/make-folder.ts';
import { readWhole } from '../files/reading.ts';
import { parseMetrics } from '../metrics/metrics-file.ts';
import { LOCK } from './lock-holder.ts';

/** Names in a run folder. */
export const CONFIG = 'config.json';
export const METRICS = 'metrics.jsonl';
export const EVENTS = 'events.out.tfevents.flowvae';
export const MODEL = 'model.safetensors';
export const FIGURES = 'figures';
export const REPORT = 'report.json';
export const FAILURE = 'non-finite.json';

/** The fit of a prior after training; no run of training has it. */
export const FITTED_PRIOR = 'prior-fit.json';

/** How far a run has come. */
export type RunStage = 'begun' | 'finished';

const held: Readonly<Record<RunStage, { readonly files: readonly string[]; readonly words: string }>> = {
  begun: { files: [CONFIG], words: 'the folder of a run' },
  finished: { files: [CONFIG, MODEL], words: 'the folder of a finished run' },
};

/** @throws ExpectationError if a path is not the folder of a begun, or finished, run */
export function refuseNoRun(path: string, stage: RunStage): void {
  const { files, words } = held[stage];
  const missing = files.find((file) => !existsSync(join(path, file)));
  if (missing === undefined) return;
  throw new ExpectationError({
    where: path,
    expected: words,
    received: existsSync(path) ? `a folder without ${missing}` : 'no such folder',
    remedy: '`flowvae runs` lists the folders of runs',
  });
}

/**
 * Whether a file may come from a run that ended before it wrote its config: its lock, the empty folder of figures, the
 * half-written config.
 */
const isOfBeginning = (path: string, name: string): boolean =>
  name === LOCK ||
  name.startsWith(`${LOCK}.`) ||
  (name.startsWith(CONFIG) && name.endsWith('.partial')) ||
  (name === FIGURES && isEmptyFolder(join(path, name)));

const isEmptyFolder = (path: string) => statSync(path).isDirectory() && readdirSync(path).length === 0;

/** @throws ExpectationError if a folder for a new run is a file, holds files already, or cannot be read */
export function refuseUsedFolder(path: string): void {
  refuseFilePath(path, 'out');
  const names = namesIn(path).filter((name) => !isOfBeginning(path, name));
  if (names.length === 0) return;
  throw new ExpectationError({
    where: `\`out\` ${path}`,
    expected: 'a new or empty folder',
    received: `a folder with ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`,
    remedy: 'name another',
  });
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder);
  } catch (error) {
    throw writeRefused(folder, error);
  }
}

/**
 * The config of a run, not validated. If it has a checksum, the checksum must fit.
 *
 * @throws ExpectationError if it is no JSON object or was changed after it was written
 */
export const readRunConfig = (path: string): Record<string, unknown> => readSealed(join(path, CONFIG), false);

/** All entries of metrics.jsonl. @throws ExpectationError that names the first damaged line */
export function readRunMetrics(path: string): { readonly step: number }[] {
  const file = join(path, METRICS);
  return parseMetrics(new TextDecoder().decode(readWhole(file)), file);
}

/** @throws ExpectationError for a run whose prior was fitted after training: there is nothing to resume */
export function refuseFittedPrior(path: string): void {
  if (!existsSync(join(path, FITTED_PRIOR))) return;
  throw new ExpectationError({
    where: path,
    expected: 'a run of `flowvae train`',
    received: `one with a prior that was fitted after training (${FITTED_PRIOR})`,
    remedy: 'resume the run that it was made from',
  });
}

/** The path of a failure's record. */
export const failurePath = (path: string): string => join(path, FAILURE);

/** The record of a training failure. @throws ExpectationError if there is none */
export function readRunFailure(path: string): Record<string, unknown> {
  if (existsSync(failurePath(path))) return readSealed(failurePath(path));
  throw new ExpectationError({
    where: path,
    expected: 'a run that stopped at a value that is not finite',
    received: `a folder without ${FAILURE}`,
  });
}
