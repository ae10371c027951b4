// Repeats the step at which a run stopped being finite, eagerly, and inspects it. Nothing in the run folder changes.
import { type ProgressStream, RunFolder, readLatestCheckpoint } from '@flowvae/runs';
import { startEagerBackend } from '@flowvae/tensor';
import { type ArraySummary, fit, inspectStep, NonFiniteError, type StepInspection } from '@flowvae/training';
import { MOVED_REMEDY } from '../config/data-check.ts';
import { type RunSettings, runSettings } from '../config/stored-config.ts';
import { experimentOfRun } from '../definition/read-experiment.ts';
import { runVocabulary } from '../plugins/run-plugins.ts';
import { chooseBackend } from './evaluate-test.ts';
import { experiment, training } from './experiment.ts';
import { refuseOtherData } from './saved-run.ts';

const silent: ProgressStream = { write: () => true };

/** A failed step: the run's record of it, and its inspection now. */
export interface Replay {
  readonly recorded: Readonly<Record<string, unknown>>;
  readonly inspection: StepInspection;
}

/**
 * Starts at the last good checkpoint, runs to the failed step (usually the very next one) and inspects it.
 *
 * @param data the data now, if they were moved
 * @throws ExpectationError if the run did not stop at a value that is not finite, or cannot be read
 */
export async function replayRun(path: string, progress: ProgressStream = silent, data?: string): Promise<Replay> {
  const folder = RunFolder.claimed(path);
  folder.readFailure();
  const context = { own: await experimentOfRun(path), vocabulary: await runVocabulary(path) };
  return replayCheckedRun(path, runSettings(folder.path, data === undefined ? {} : { data }, context), progress);
}

/** Like {@link replayRun}, with settings that were read already. */
export async function replayCheckedRun(path: string, settings: RunSettings, progress: ProgressStream): Promise<Replay> {
  const folder = RunFolder.claimed(path);
  const recorded = folder.readFailure();
  const step = recorded.step as number;
  await startEagerBackend('wasm');
  await chooseBackend(settings.config.engine, progress);
  const like = settings.stored.description;
  const parts = await experiment(settings, { remedy: MOVED_REMEDY, ...(like ? { like } : {}) });
  refuseOtherData(parts, settings.stored);
  const { problem, optimizer } = training(parts);
  const { state, notices } = readLatestCheckpoint(folder);
  for (const notice of notices) progress.write(`${notice}\n`);
  const { engine, threads, onNonFinite } = settings.config;
  const { variables } = parts.model;
  await fit({ ...problem, variables, optimizer, steps: step, engine, threads, onNonFinite, from: state }).catch(
    (error: unknown) => {
      if (!(error instanceof NonFiniteError)) throw error; // the replay shows values that are not finite already
    },
  );
  return { recorded, inspection: await inspectStep(problem, variables, { step }) };
}

/** A replay as text for people. */
export function describeReplay({ recorded, inspection }: Replay): string {
  const { step, loss, origin, inputs, terms, parameters, gradients } = inspection;
  return [
    String(recorded.message),
    `step ${step} again, eagerly: loss ${loss}`,
    ...(origin ? [`first not finite: the result of ${origin.kernel} at ${origin.layer ?? 'the inputs'}`] : []),
    ...table('inputs', inputs),
    ...table('terms, by row of the batch', terms),
    ...table('parameters', parameters),
    ...table('gradients', gradients),
  ].join('\n');
}

function table(title: string, rows: readonly ArraySummary[]): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, count, nonFinite, firstNonFinite, rms, largest }) => {
    const where = nonFinite > 0 ? `  ${nonFinite} of ${count} not finite, the first at ${firstNonFinite}` : '';
    return `  ${name.padEnd(width)}  rms ${rms.toExponential(2)}  largest ${largest.toExponential(2)}${where}`;
  });
  return [`${title}:`, ...lines];
}
