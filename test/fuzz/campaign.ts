// Programs of many seeds, in processes that may die.
import type { Outcome } from '../processes/programs.ts';
import { type Fault, faultsIn, observationsIn } from './observation.ts';

/** Starts programs-program.ts with these arguments. */
export type StartPrograms = (
  args: readonly string[],
) => Promise<Pick<Outcome, 'code' | 'signal' | 'stdout' | 'stderr'>>;

/** Which programs run, and how. */
export interface Campaign {
  readonly first: number;
  readonly count: number;
  readonly start: StartPrograms;
  /**
   * Programs of one process. Default 250: a process that lives long would hide nothing, but its start takes seconds.
   */
  readonly batch?: number;
  readonly onBatch?: (done: number, faults: readonly Fault[]) => void;
}

/** Runs all programs on all engines; where a process dies, the next one goes on behind that program. */
export async function runCampaign({ first, count, start, batch = 250, onBatch }: Campaign): Promise<Fault[]> {
  const faults: Fault[] = [];
  const end = first + count;
  for (let seed = first; seed < end; ) {
    const size = Math.min(batch, end - seed);
    const { code, signal, stdout, stderr } = await start([String(seed), String(size)]);
    const died =
      code === 0 ? undefined : `${signal ?? `exit code ${code}`} ${stderr.trim().split('\n').at(-1) ?? ''}`.trim();
    const observations = observationsIn(stdout);
    faults.push(...faultsIn(observations, died));
    seed = died === undefined ? seed + size : observations.at(-1)!.seed + 1;
    onBatch?.(seed - first, faults);
  }
  return faults;
}
