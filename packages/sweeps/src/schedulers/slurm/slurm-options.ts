// How Slurm places and limits the jobs of a sweep.

/** Options of {@link slurm}. */
export interface SlurmOptions {
  /** Cores of each job. */
  readonly threads: number;
  /** As sbatch takes it: `90` minutes, `4:00:00`, `2-12`. Absent: the partition's. */
  readonly timeLimit?: string | undefined;
  readonly partition?: string | undefined;
  /** MiB of each job. Absent: the partition's. */
  readonly memory?: number | undefined;
  /** Seconds from the request to stop to the time limit. Slurm sends it up to a minute earlier. */
  readonly stopBefore: number;
  /** Further options of `sbatch` by their long names, such as `account`; an empty value stands for none. */
  readonly others?: Readonly<Record<string, string>>;
}

/** Options of `sbatch` on which the stop and the restart of a job depend, or that have a place above. */
const OWN: readonly string[] = [
  ...['array', 'chdir', 'error', 'job-name', 'mem', 'no-requeue', 'open-mode', 'output', 'parsable', 'partition'],
  ...['requeue', 'signal', 'time', 'wait', 'wrap'],
];

/** Whether a sweep sets an option of `sbatch` itself. */
export const isSetBySweep = (name: string): boolean => OWN.includes(name);

/** Seconds of a time limit; undefined for a text that is none, and for `UNLIMITED`. */
export function slurmSeconds(timeLimit: string): number | undefined {
  const parts = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(timeLimit);
  if (!parts) return undefined;
  const [days, a, b, c] = parts.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  if (days !== undefined) return ((days * 24 + a!) * 60 + (b ?? 0)) * 60 + (c ?? 0);
  if (c !== undefined) return (a! * 60 + b!) * 60 + c;
  return a! * 60 + (b ?? 0);
}
