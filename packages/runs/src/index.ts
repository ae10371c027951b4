export { writeFileAtomically, writePiecesAtomically } from './atomic-file.ts';
export { describeBoundSum } from './bound-sum.ts';
export type { CheckpointSchedule } from './checkpointing.ts';
export { readObject, readSealed, sealed } from './checksum.ts';
export {
  beginRun,
  checkpointChoices,
  type DurableRun,
  type DurableRunOptions,
  type ResumeOptions,
  readCheckpoint,
  readLatestCheckpoint,
  resumeRun,
} from './durable-run.ts';
export { layersModelFolder } from './layers-model-folder.ts';
export { makeFolder } from './make-folder.ts';
export { metricsCsv } from './metrics-csv.ts';
export {
  assignParameters,
  assignState,
  type StoredParameters,
  storedParameters,
  writeParameters,
} from './parameters-file.ts';
export { formatDuration, ProgressLine, type ProgressStream, trainingProgress } from './progress.ts';
export { RunFolder } from './run-folder.ts';
export { LockedError, lockRun, type RunLock } from './run-lock.ts';
export { isExhausted, type ValidatingOptions, validating } from './validating.ts';
export type { ValidationEntry } from './validation-entries.ts';
