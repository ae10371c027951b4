export type { CheckpointSchedule } from './checkpoints/checkpointing.ts';
export { writeFileAtomically, writePiecesAtomically, writeRefused } from './files/atomic-file.ts';
export { readObject, readSealed, sealed } from './files/checksum.ts';
export { layersModelFolder } from './files/layers-model-folder.ts';
export { makeFolder } from './files/make-folder.ts';
export {
  assignState,
  type StoredParameters,
  storedParameters,
  writeParameters,
} from './files/parameters-file.ts';
export { describeBoundSum } from './metrics/bound-sum.ts';
export { metricsCsv } from './metrics/metrics-csv.ts';
export { peakMemoryMiB } from './metrics/peak-memory.ts';
export { formatDuration, ProgressLine, type ProgressStream, trainingProgress } from './metrics/progress.ts';
export type { Hyperparameters } from './metrics/session-values.ts';
export { isExhausted, type ValidatingOptions, validating } from './metrics/validating.ts';
export type { ValidationEntry } from './metrics/validation-entries.ts';
export { type CheckpointChoice, checkpointChoices } from './run/checkpoint-choice.ts';
export {
  beginRun,
  type DurableRun,
  type DurableRunOptions,
  type ResumeOptions,
  resumeRun,
} from './run/durable-run.ts';
export { RunFolder } from './run/run-folder.ts';
export { LockedError, lockRun, type RunLock } from './run/run-lock.ts';
export { readCheckpoint, readLatestCheckpoint } from './run/saved-state.ts';
