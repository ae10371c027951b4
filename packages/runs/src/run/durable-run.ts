// A durable training run: callbacks of `fit` lock, checkpoint and log its folder, and the run can be resumed after any
// end.
import { join } from 'node:path';
import type { Callback, HistoryEntry, NonFiniteError, RunState } from '@flowvae/training';
import { CheckpointFolder, type LoadedCheckpoint } from '../checkpoints/checkpoint-folder.ts';
import { type CheckpointSchedule, checkpointing } from '../checkpoints/checkpointing.ts';
import { removePartialFiles } from '../files/atomic-file.ts';
import { EventFile } from '../metrics/event-file.ts';
import { histogramOf } from '../metrics/histogram.ts';
import { MetricsFile, nothing } from '../metrics/metrics-file.ts';
import { type Hyperparameters, type SessionEnd, sessionEnd, sessionStart } from '../metrics/session-values.ts';
import { bestOf, isValidation, type ValidationEntry } from '../metrics/validation-entries.ts';
import { CHECKPOINTS } from './checkpoint-choice.ts';
import { changedFields, describeOtherMachine, refuseOtherConfig, refuseOtherMachine } from './config-comparison.ts';
import { RunFolder } from './run-folder.ts';
import { lockRun, type RunLock } from './run-lock.ts';
import { latestUsable } from './saved-state.ts';

/** Options of {@link beginRun} and {@link resumeRun}. */
export interface DurableRunOptions extends CheckpointSchedule {
  /** Every setting of the run: written to config.json, and compared with it when the run resumes. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Values that TensorBoard compares runs by. Default: none, and the run is not among those that it compares. */
  readonly hyperparameters?: Hyperparameters;
  /** Facts about machine and versions on which the bytes of a result depend. */
  readonly versions?: Readonly<Record<string, string>>;
  /** State of schedules, keys and data at a step, for checkpoints. */
  readonly position?: (step: number) => object;
  /**
   * Called with notices about the current run, a line each, such as why a checkpoint is not written. Default: a warning
   * of the process.
   */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** Options of {@link resumeRun}. */
export interface ResumeOptions extends DurableRunOptions {
  /** Fields of the config that may change. */
  readonly mayDiffer?: readonly string[];
  /** Values of fields in configs or versions that are older than the fields. */
  readonly unrecorded?: Partial<Record<'config' | 'versions', Readonly<Record<string, unknown>>>>;
  /** Resumes under other versions or on another machine, where bytes may differ. Default false. */
  readonly allowDifferentMachine?: boolean;
}

/** A run under way. */
export interface DurableRun {
  readonly folder: RunFolder;
  /** The state from which training continues: `from` of `fit`. Undefined at step 0. */
  readonly from: RunState | undefined;
  /** All entries of the history so far; earlier ones are read from metrics.jsonl. */
  readonly entries: readonly HistoryEntry[];
  readonly validations: readonly ValidationEntry[];
  /** Notices about the resumption, a line each. */
  readonly notices: readonly string[];
  /** For `fit`, after `validating`. */
  readonly callbacks: readonly Callback[];
  /** Logs a validation; the checkpoint of the best one is kept. */
  recordValidation(entry: ValidationEntry): void;
  /** Shows TensorBoard the distribution of every parameter; checkpoints do so, too. */
  recordParameters(state: Pick<RunState, 'step' | 'parameters'>): void;
  /** Shows a picture in TensorBoard. */
  recordImage(tag: string, step: number, png: Uint8Array): void;
  /** Tells TensorBoard the results of a whole run: scalars by tag, and its end. A resumed run tells them anew. */
  recordResults(step: number, results: Readonly<Record<string, number>>): void;
  /** The state at the best validation, if its checkpoint exists. @throws ExpectationError if it is damaged */
  best(): RunState | undefined;
  /** Gives the folder free for other processes. */
  close(): void;
}

/**
 * Makes a run folder and claims it. It takes the lock first: if two processes begin at once, one is refused, and
 * neither overwrites the other.
 *
 * @throws ExpectationError if the folder holds files already or cannot be written
 */
export function beginRun(path: string, options: DurableRunOptions): DurableRun {
  RunFolder.prepare(path);
  return locked(path, (lock) => {
    const folder = RunFolder.create(path, { ...options.config, versions: options.versions ?? {} });
    const checkpoints = new CheckpointFolder(join(path, CHECKPOINTS));
    checkpoints.prepare();
    return runOf(options, {
      folder,
      lock,
      checkpoints,
      metrics: MetricsFile.create(folder.metricsPath),
      events: EventFile.create(folder.eventsPath),
      notices: [],
    });
  });
}

/**
 * Resumes a run at its latest usable checkpoint, or at step 0 without a checkpoint. metrics.jsonl is cut back to that
 * step first; later files are removed, and unusable checkpoints are renamed to `.damaged`.
 *
 * @throws ExpectationError if another process works on the folder, the config or the machine differs, every checkpoint
 * is damaged, or the system refuses to read one: this is no damage, so nothing is changed
 */
export function resumeRun(path: string, options: ResumeOptions): DurableRun {
  const folder = RunFolder.claimed(path);
  return locked(path, (lock) => takenUp(folder, lock, options));
}

/** A run that holds the lock of its folder; if it cannot be made, the lock is released. */
function locked(path: string, run: (lock: RunLock) => DurableRun): DurableRun {
  const lock = lockRun(path);
  try {
    return run(lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function takenUp(folder: RunFolder, lock: RunLock, options: ResumeOptions): DurableRun {
  removePartialFiles(folder.path);
  const { versions: begunUnder = {}, ...begunWith } = folder.readConfig();
  const { config, mayDiffer: except = [], unrecorded = {}, versions = {}, allowDifferentMachine = false } = options;
  const refuseOther = (where: string, stored: object): void =>
    refuseOtherConfig(where, { expected: { ...unrecorded.config, ...stored }, received: config, except });
  const checkpoints = new CheckpointFolder(join(folder.path, CHECKPOINTS));
  checkpoints.prepare();
  const { loaded, notices } = latestUsable(checkpoints, folder.metricsPath);
  // a run that was allowed to move goes on where its last checkpoint was written
  refuseOther(`${folder.path}/config.json`, {
    ...begunWith,
    ...changedFields(begunWith, { ...loaded?.record.config }),
  });
  if (loaded) refuseOther(checkpoints.path, loaded.record.config);
  const writtenUnder = loaded?.record.versions ?? (begunUnder as Record<string, string>);
  const difference = describeOtherMachine({ ...unrecorded.versions, ...writtenUnder }, versions);
  refuseOtherMachine(folder.path, difference, allowDifferentMachine);
  if (difference !== undefined) notices.push(`bytes may differ from a run that was never stopped: ${difference}`);
  const metrics = MetricsFile.cutBack(folder.metricsPath, loaded?.record.metrics ?? nothing);
  const events = EventFile.cutBack(folder.eventsPath, loaded?.record.eventBytes ?? 0);
  if (loaded && events.bytes !== loaded.record.eventBytes)
    notices.push(`${folder.eventsPath} was damaged: only its part before the damage is kept`);
  const step = loaded?.record.step ?? 0;
  // all later ones were judged unusable
  for (const later of checkpoints.steps().filter((each) => each > step)) checkpoints.moveAside(later);
  checkpoints.removeOrphans();
  notices.push(loaded ? `going on after step ${step}` : 'no checkpoint is there: going on from step 0');
  return runOf(options, { folder, lock, checkpoints, metrics, events, loaded, notices });
}

interface Parts {
  readonly folder: RunFolder;
  readonly lock: RunLock;
  readonly checkpoints: CheckpointFolder;
  readonly metrics: MetricsFile;
  readonly events: EventFile;
  readonly loaded?: LoadedCheckpoint | undefined;
  readonly notices: readonly string[];
}

function runOf(
  options: DurableRunOptions,
  { folder, lock, checkpoints, metrics, events, loaded, notices }: Parts,
): DurableRun {
  const earlier = loaded ? folder.readMetrics() : [];
  const validations = earlier.filter(isValidation);
  const entries = earlier.filter((entry) => !isValidation(entry)) as HistoryEntry[];
  const { config, hyperparameters, versions = {}, position = () => ({}), onNotice: tell = warn } = options;
  if (events.isNew && hyperparameters) events.append(0, [sessionStart(hyperparameters, Date.now() / 1000)]);
  const end = (how: SessionEnd) => (hyperparameters ? [sessionEnd(how, Date.now() / 1000)] : []);
  let told = loaded?.state.step; // the step of the latest histograms
  const recordParameters = ({ step, parameters }: Pick<RunState, 'step' | 'parameters'>) => {
    if (step === told) return;
    told = step;
    const histograms = Object.entries(parameters).map(([tag, values]) => ({ tag, histogram: histogramOf(values) }));
    events.append(step, histograms);
  };
  const write = (now: RunState) => {
    recordParameters(now);
    metrics.sync();
    const logs = { metrics: metrics.extent, eventBytes: events.bytes };
    checkpoints.write(now, { position: position(now.step), config, versions, ...logs });
  };
  const best = () => bestOf(validations)?.step;
  const callbacks: readonly Callback[] = [
    {
      onEntry(entry) {
        entries.push(entry);
        metrics.append(entry);
        const { step, terms, ...scalars } = entry;
        events.append(step, scalarsUnder('train', { ...scalars, ...terms }));
      },
      onStep: () => lock.keep(),
      needsStep: () => false, // any step will do
      onEnd: (_, failure?: NonFiniteError) =>
        folder.recordFailure(failure?.place && { ...failure.place, message: failure.message }),
    },
    checkpointing(options, {
      write,
      prune: (keep) => checkpoints.prune(keep, best()),
      isBest: (step) => step === best(),
      tell,
    }),
    {
      // after the checkpoint, so that a run that goes on from it has not ended yet
      onEnd({ step }, failure?: NonFiniteError) {
        if (failure && hyperparameters) events.append(step, end('failure'));
      },
    },
  ];
  return {
    folder,
    from: loaded?.state,
    entries,
    validations,
    notices,
    callbacks,
    recordValidation(entry) {
      validations.push(entry);
      metrics.append(entry);
      events.append(entry.step, scalarsUnder('validation', entry.validation));
    },
    recordParameters,
    recordImage(tag, step, png) {
      events.append(step, [{ tag, png, ...sizeOfPng(png) }]);
    },
    recordResults(step, results) {
      const scalars = Object.entries(results).map(([tag, scalar]) => ({ tag, scalar }));
      const values = [...scalars, ...end('success')];
      if (values.length > 0) events.append(step, values);
    },
    best() {
      const step = best();
      return step !== undefined && checkpoints.steps().includes(step) ? checkpoints.read(step).state : undefined;
    },
    close: () => lock.release(),
  };
}

const warn = (notice: string) => process.emitWarning(notice);

const scalarsUnder = (prefix: string, scalars: Readonly<Record<string, number>>) =>
  Object.entries(scalars).map(([name, scalar]) => ({ tag: `${prefix}/${name}`, scalar }));

/** Width and height stand at the beginning of a PNG file, after its signature and the name of its first chunk. */
function sizeOfPng(png: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
