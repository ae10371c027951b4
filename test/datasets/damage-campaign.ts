// Damaged files of many seeds, read in processes of limited memory that may die.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A line of the child: before a file is read, and after it. */
export interface Reading {
  readonly seed: number;
  /** `refused`: one clear error; `wrong`: another error, or the process died. */
  readonly outcome: 'begun' | 'read' | 'refused' | 'wrong';
  readonly message?: string;
  readonly seconds?: number;
  /** By which the largest memory of the process grew. */
  readonly megabytes?: number;
  readonly faults?: readonly string[];
  /** The outcome of the same file as data for training. */
  readonly data?: Pick<Reading, 'outcome' | 'message'>;
}

/** The limits of one file. */
export const [MOST_SECONDS, MOST_MEGABYTES] = [2, 200];

/** Memory of JavaScript's own objects in the child. */
const HEAP_MEGABYTES = 192;

const child = fileURLToPath(new URL('damage-child-program.ts', import.meta.url));

/** Reads the files of seeds `first` … `first + count − 1`. Where a process dies, the next goes on behind that file. */
export async function readDamaged(first: number, count: number): Promise<Reading[]> {
  const readings: Reading[] = [];
  const end = first + count;
  for (let seed = first; seed < end; ) {
    const { lines, death } = await runChild(seed, end - seed);
    readings.push(...lines.filter(({ outcome }) => outcome !== 'begun'));
    if (death === undefined) break;
    const last = lines.at(-1)?.seed ?? seed;
    readings.push({ seed: last, outcome: 'wrong', message: `the process died: ${death}` });
    seed = last + 1;
  }
  return readings;
}

/** Readings that broke a limit or gave anything but arrays or one clear error. */
export const faultsIn = (readings: readonly Reading[]): Reading[] =>
  readings.filter(
    ({ outcome, seconds = 0, megabytes = 0 }) =>
      outcome === 'wrong' || seconds > MOST_SECONDS || megabytes > MOST_MEGABYTES,
  );

/** Waits for a process; one that says nothing for long is ended. */
function runChild(
  first: number,
  count: number,
): Promise<{ readonly lines: readonly Reading[]; readonly death: string | undefined }> {
  const heap = `--max-old-space-size=${HEAP_MEGABYTES}`;
  const args = [heap, '--import', import.meta.resolve('tsx'), child, String(first), String(count)];
  return new Promise((resolve) => {
    const spawned = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { out: '', error: '' };
    const end = () => spawned.kill('SIGKILL');
    let silence = setTimeout(end, SILENCE);
    spawned.stdout.on('data', (chunk) => {
      text.out += chunk;
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE);
    });
    spawned.stderr.on('data', (chunk) => {
      text.error += chunk;
    });
    spawned.on('close', (code, signal) => {
      clearTimeout(silence);
      const lines = text.out
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line): Reading => JSON.parse(line));
      const death = code === 0 ? undefined : `${signal ?? `exit code ${code}`} ${text.error.trim().split('\n').at(-1)}`;
      resolve({ lines, death });
    });
  });
}

/** Milliseconds, with the start of a process on a busy machine. */
const SILENCE = 60_000;
