export type { LabRun, ModelOptions } from './lab-run.ts';
