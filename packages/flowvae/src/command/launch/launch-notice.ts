// Warns before a long run if a signal to its parent process will not reach it.
import { type LaunchChain, launchChain, managerOf, shellOf } from './launch-chain.ts';
import { systemTable } from './process-table.ts';

/** Environment variables of a scheduler's job: Slurm, PBS, LSF. */
const JOB_VARIABLES = ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID'] as const;

/** The circumstances of a run's start. */
export interface Circumstances {
  readonly chain: LaunchChain;
  readonly env: NodeJS.ProcessEnv;
  /** A person sees stderr or types at stdin: Ctrl-C reaches all processes of a terminal. */
  readonly hasTerminal: boolean;
}

/**
 * One line for an unwatched run under a package manager, or under a shell that SIGTERM would end; undefined for all
 * other runs.
 *
 * @param launcher the command to start instead
 */
export function launchNotice({ chain, env, hasTerminal }: Circumstances, launcher: string): string | undefined {
  const isJob = JOB_VARIABLES.some((name) => env[name] !== undefined);
  if (hasTerminal && !isJob) return undefined;
  const manager = chain.managed.at(-1);
  if (manager)
    return notice(managerOf(manager.words)!, `for long runs start ${launcher} itself, in a script with exec`);
  const { starter } = chain;
  const shell = starter?.endsBySigterm ? shellOf(starter.words) : undefined;
  return shell === undefined ? undefined : notice(shell, 'write exec before the command');
}

const notice = (starter: string, remedy: string) =>
  `${starter} started this run and passes no SIGTERM on: where a scheduler ends the job, the run may be killed before its checkpoint; ${remedy}`;

/** The command without a package manager, so that signals reach the process that trains. */
export const LAUNCHER = 'node_modules/.bin/flowvae';

/** Writes the notice to stderr, if there is one. */
export function warnOfLaunch(launcher: string): void {
  const hasTerminal = process.stdin.isTTY === true || process.stderr.isTTY === true;
  const line = launchNotice({ chain: launchChain(systemTable()), env: process.env, hasTerminal }, launcher);
  if (line !== undefined) process.stderr.write(`${line}\n`);
}
