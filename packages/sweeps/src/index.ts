export type { Ending, Job } from './jobs/job.ts';
export type { Runner, RunnerContext } from './jobs/runner.ts';
export type { SweepState } from './jobs/sweep-state.ts';
