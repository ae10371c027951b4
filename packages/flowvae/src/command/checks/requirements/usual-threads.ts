// The number of threads of a new run whose user names none. Bytes depend on it, so a machine keeps its choice.
import { execFile } from 'node:child_process';
import { availableParallelism, cpus, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeFolder, readObject, writeFileAtomically } from '@flowvae/runs/plain';
import { fewestThreads, type ThreadTime } from '@flowvae/training/plain';
import { MOST_DEFAULT_THREADS } from '../../../config/settings.ts';
import { version } from '../../../run/version.ts';

/** The most threads that are measured. */
const MOST = 32;

/** The choice's surroundings, which tests replace. */
export interface Machine {
  /** Cores that this process may use. */
  readonly cores: number;
  /** The processor's name. */
  readonly cpu: string;
  /** Where choices are kept. */
  readonly file: string;
  readonly measure: (counts: readonly number[]) => Promise<readonly ThreadTime[]>;
  /** Tells of a measurement, a line. */
  readonly tell: (line: string) => void;
}

export const thisMachine = (): Machine => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? 'unknown',
  file: join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'flowvae', 'threads.json'),
  measure: measured,
  tell: (line) => process.stderr.write(`${line}\n`),
});

/** The times, from a process of its own. */
async function measured(counts: readonly number[]): Promise<readonly ThreadTime[]> {
  const program = fileURLToPath(new URL('./measure-threads.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...counts.map(String)]);
  return JSON.parse(stdout);
}

/**
 * Up to four cores are all used. With more, the products of a usual step are timed once for each machine, and the
 * fewest threads that are nearly fastest are kept in a file: equal commands give equal bytes. Where nothing can be
 * measured or kept, four.
 */
export async function usualThreads(machine: Machine = thisMachine()): Promise<number> {
  const { cores, cpu, file, measure, tell } = machine;
  const counts = countsFor(cores);
  if (counts.length === 1) return counts[0]!;
  const key = `${cpu}, ${cores} cores, flowvae ${version}`;
  const kept = knownIn(file)[key];
  if (kept !== undefined && counts.includes(kept)) return kept;
  const times = await measure(counts).catch(() => []);
  if (times.length === 0) return counts[0]!;
  const known = knownIn(file);
  const meanwhile = known[key]; // another first run was faster
  if (meanwhile !== undefined && counts.includes(meanwhile)) return meanwhile;
  const threads = fewestThreads(times);
  if (!keep(file, { ...known, [key]: threads })) return counts[0]!;
  const each = times.map((time) => `${time.threads}: ${time.milliseconds.toFixed(1)} ms`).join(', ');
  tell(`threads     ${threads}, the fewest that are nearly fastest for a step's products (${each}); kept in ${file}`);
  return threads;
}

/** The numbers of threads to compare: doubling from the default on, and all cores. */
function countsFor(cores: number): readonly number[] {
  const most = Math.min(cores, MOST);
  const counts = [];
  for (let count = Math.min(MOST_DEFAULT_THREADS, most); count < most; count *= 2) counts.push(count);
  return [...counts, most];
}

/** The choices in a file; none where it is missing or damaged. */
function knownIn(file: string): Readonly<Record<string, number>> {
  try {
    const entries = Object.entries(readObject(file));
    return Object.fromEntries(entries.filter(([, value]) => isCount(value))) as Record<string, number>;
  } catch {
    return {};
  }
}

const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST;

/** Whether the choices could be written. */
function keep(file: string, choices: Readonly<Record<string, number>>): boolean {
  try {
    makeFolder(join(file, '..'));
    writeFileAtomically(file, `${JSON.stringify(choices, null, 2)}\n`);
    return true;
  } catch {
    return false;
  }
}
