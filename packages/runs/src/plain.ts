// A second door, for programs that must not load TensorFlow.js: a run folder's required files, its config and its
// metrics.
export { writeFileAtomically } from './files/atomic-file.ts';
export { readObject, readSealed, sealed } from './files/checksum.ts';
export { makeFolder } from './files/make-folder.ts';
export { bytesIfThere } from './files/reading.ts';
export { metricsCsv } from './metrics/metrics-csv.ts';
export { ProgressLine, type ProgressStream } from './metrics/progress.ts';
export { type CheckpointChoice, checkpointChoices, refuseNoCheckpoint } from './run/checkpoint-choice.ts';
export { refuseOtherConfig } from './run/config-comparison.ts';
export {
  FITTED_PRIOR,
  readRunConfig,
  readRunFailure,
  readRunMetrics,
  refuseFittedPrior,
  refuseNoRun,
  refuseUsedFolder,
} from './run/run-files.ts';
export { LockedError, lockRun } from './run/run-lock.ts';
