// Says before a long run that a signal to what started it will not reach it.
import { type LaunchChain, launchChain, managerOf, shellOf } from './launch-chain.ts';
import { systemTable } from './process-table.ts';

/** What schedulers set in the environment of a job: Slurm, PBS, LSF. */
const JOB_VARIABLES = ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID'] as const;

/** How the run was started. */
export interface Circumstances {
  readonly chain: LaunchChain;
  readonly env: NodeJS.ProcessEnv;
  /** A person sees stderr or types at stdin: Ctrl-C reaches all processes of a terminal. */
  readonly hasTerminal: boolean;
}

/**
 * One line for a run that nobody watches and that is started through a package manager, or by a shell that SIGTERM
 * would end; undefined for all others.
 *
 * @param launcher what to start instead
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

/** Writes that line to stderr, where there is one to write. */
export function warnOfLaunch(launcher: string): void {
  const hasTerminal = process.stdin.isTTY === true || process.stderr.isTTY === true;
  const line = launchNotice({ chain: launchChain(systemTable()), env: process.env, hasTerminal }, launcher);
  if (line !== undefined) process.stderr.write(`${line}\n`);
}
