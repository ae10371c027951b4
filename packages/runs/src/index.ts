export { writeFileAtomically } from './atomic-file.ts';
export { formatDuration, ProgressLine, type ProgressStream, trainingProgress } from './progress.ts';
export { RunFolder } from './run-folder.ts';
