// The batch script of a job array, as text.
import { join } from 'node:path';
import { LOCKED_CODE } from '../../jobs/exit-codes.ts';
import type { ArrayTask, JobArray } from '../scheduler.ts';
import type { SlurmOptions } from './slurm-options.ts';

/** The words of `sbatch` for an array, without the script. */
export function sbatchWords(array: JobArray, options: SlurmOptions): string[] {
  const { name, tasks, folder, workFolder, jobs } = array;
  const { threads, timeLimit, partition, memory, stopBefore, others = {} } = options;
  const limit = jobs === undefined ? '' : `%${jobs}`;
  const words = {
    'job-name': name,
    array: `${rangesOf(tasks.map(({ number }) => number))}${limit}`,
    'cpus-per-task': threads,
    time: timeLimit,
    partition,
    mem: memory === undefined ? undefined : `${memory}M`,
    signal: `B:USR2@${stopBefore}`,
    requeue: '',
    'open-mode': 'append',
    output: `${join(folder, SCRIPTS, `${name}-%a.log`)}`,
    chdir: workFolder,
    ...others,
  };
  return optionWords(words);
}

/** Options as words of a command; an empty value stands for none, and an undefined one for no option. */
export const optionWords = (options: Readonly<Record<string, string | number | undefined>>): string[] =>
  Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [value === '' ? `--${name}` : `--${name}=${value}`],
  );

/** The folder of scripts, and of their own output, in a sweep's folder. */
export const SCRIPTS = 'slurm';

/** The whole script. */
export function slurmScript(array: JobArray, options: SlurmOptions): string {
  const { tasks, folder } = array;
  const common = commonStart(tasks.map(({ command }) => command));
  return [
    '#!/bin/bash',
    ...sbatchWords(array, options).map((word) => `#SBATCH ${quoted(word)}`),
    '',
    `logs=${quoted(join(folder, 'logs'))}`,
    `command=(${tasks[0]!.command.slice(0, common).map(quoted).join(' ')})`,
    '',
    START,
    '',
    'case $SLURM_ARRAY_TASK_ID in',
    ...tasks.map((task) => `  ${taskLine(task, common)}`),
    'esac',
    '',
    END,
    '',
  ].join('\n');
}

/** bash looks at a signal at once only while it waits for a command in the background. */
const START = `signal=
child=
pass() {
  signal=$1
  if [ -n "$child" ]; then kill -s "$1" "$child"; fi
}
trap 'pass USR2' USR2
trap 'pass TERM' TERM

start() {
  log=$logs/$1.log
  shift
  "\${command[@]}" "$@" >>"$log" 2>&1 &
  child=$!
}`;

const USR2_CODE = 140;

const END = `# a signal that came before the start
if [ -n "$signal" ]; then kill -s "$signal" "$child"; fi
while wait "$child"; code=$?; kill -0 "$child" 2>/dev/null; do :; done
child=

# ${USR2_CODE}: the warning before the time limit; ${LOCKED_CODE}: another process does this run
if [ "$code" -eq ${USR2_CODE} ] || [ "$code" -eq ${LOCKED_CODE} ]; then
  echo "$(date +%FT%T) exit code $code: this job starts again"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"`;

const taskLine = ({ number, slug, command }: ArrayTask, common: number) =>
  [`${number})`, 'start', slug, ...command.slice(common).map(quoted), ';;'].join(' ');

/** The number of words with which all commands start. */
function commonStart([first = [], ...others]: readonly (readonly string[])[]): number {
  const differs = first.findIndex((word, i) => others.some((each) => each[i] !== word));
  return differs < 0 ? first.length : differs;
}

/** `0-3,7` of 0, 1, 2, 3, 7. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join();
}

/** A word of bash. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
