// A second door, for programs that must not load TensorFlow.js: a run folder's required files, its config, its metrics,
// its lock, and its latest checkpoint.
export { latestCheckpoint, latestCheckpointStep } from './checkpoints/checkpoint-record.ts';
export { writeFileAtomically } from './files/atomic-file.ts';
export { readObject, readSealed, sealed, sha256 } from './files/checksum.ts';
export { makeFolder } from './files/make-folder.ts';
export { bytesIfThere, UnreadableError } from './files/reading.ts';
export { metricsCsv } from './metrics/metrics-csv.ts';
export { ProgressLine, type ProgressStream } from './metrics/progress.ts';
export { bestOf, isValidation } from './metrics/validation-entries.ts';
export { CHECKPOINTS, type CheckpointChoice, checkpointChoices, refuseNoCheckpoint } from './run/checkpoint-choice.ts';
export { refuseOtherConfig } from './run/config-comparison.ts';
export { isHere, LOCK, liveHolder } from './run/lock-holder.ts';
export {
  CONFIG,
  EVENTS,
  FAILURE,
  FITTED_PRIOR,
  METRICS,
  MODEL,
  REPORT,
  readRunConfig,
  readRunFailure,
  readRunMetrics,
  refuseFittedPrior,
  refuseNoRun,
  refuseUsedFolder,
} from './run/run-files.ts';
export { LockedError, lockRun } from './run/run-lock.ts';
