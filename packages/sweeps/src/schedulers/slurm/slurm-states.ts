// An array's tasks as squeue prints them.
import type { TaskPhase, TaskState } from '../scheduler.ts';

/** The format for squeue: array, number of the task, state, reason. */
export const FORMAT = '%F|%K|%T|%r';

const running = [...['RUNNING', 'CONFIGURING', 'RESIZING', 'SIGNALING', 'STAGE_OUT', 'STOPPED', 'SUSPENDED']];
const waiting = ['PENDING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'SPECIAL_EXIT'];
const phases: Readonly<Record<string, TaskPhase>> = {
  ...Object.fromEntries(running.map((state) => [state, 'running'])),
  ...Object.fromEntries(waiting.map((state) => [state, 'waiting'])),
  COMPLETING: 'ending',
  COMPLETED: 'done',
  FAILED: 'failed',
};

/** Reads lines of {@link FORMAT}. Every other state (CANCELLED, TIMEOUT, NODE_FAIL, …) means that Slurm ended a job. */
export function slurmStates(output: string): ReadonlyMap<number, TaskState> {
  const lines = output.split('\n').filter((line) => line.includes('|'));
  return new Map(
    lines.map((line) => {
      const [array, number, state = '', reason = 'None'] = line.split('|');
      const why = reason === 'None' ? '' : ` (${reason})`;
      const phase = phases[state] ?? 'stopped';
      return [Number(number), { phase, id: `${array}_${number}`, text: `${state}${why}` }];
    }),
  );
}
