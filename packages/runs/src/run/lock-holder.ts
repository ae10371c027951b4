// The holder of a run folder's lock: who it is, and whether it lives.
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** The lock's name in a run folder. */
export const LOCK = 'run.lock';

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  /** The process's start, in the kernel's clock ticks since boot; the process id alone may be reused. */
  readonly started: string | null;
  readonly host: string;
  /** Changes with each boot of the machine. */
  readonly boot: string | null;
  /** Process ids have a meaning only within this namespace. */
  readonly pidNamespace: string | null;
  /** Distinguishes this lock from all others, including those of the same process. */
  readonly nonce: string;
}

/**
 * A holder on another machine or in another container cannot be examined: it counts as dead after this much silence.
 */
const SILENCE_MS = 10 * 60_000;

/**
 * The living process that holds the lock of a run folder; undefined if none does. It writes nothing, so the silence of
 * a holder elsewhere is measured by the clock of this machine.
 */
export function liveHolder(folder: string): Holder | undefined {
  const path = join(folder, LOCK);
  const text = textOf(path);
  const shown = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (text === undefined || shown === undefined || isGone(text, Date.now() - shown, true)) return undefined;
  return parseHolder(text);
}

/**
 * Whether the holder that a text names is dead.
 *
 * @param silentFor milliseconds since it showed itself
 * @param isWhole whether its file appeared whole, so that an incomplete one is damaged
 */
export function isGone(text: string, silentFor: number, isWhole: boolean): boolean {
  const holder = parseHolder(text);
  if (!holder) return isWhole || silentFor > SILENCE_MS; // locks appear whole, so an incomplete one is damaged
  if (!isHere(holder)) return silentFor > SILENCE_MS;
  if (holder.boot !== bootId()) return true;
  if (!isAlive(holder.pid)) return true;
  const started = startOf(holder.pid);
  return started === null ? silentFor > SILENCE_MS : started !== holder.started;
}

/** The holder that a lock names; undefined if the lock is damaged. */
export function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder>;
    return Number.isSafeInteger(holder.pid) && holder.pid! > 0 && typeof holder.host === 'string'
      ? (holder as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** This process as the holder of a new lock. */
export const thisProcess = (): Holder => ({
  pid: process.pid,
  started: startOf(process.pid),
  host: hostname(),
  boot: bootId(),
  pidNamespace: pidNamespace(),
  nonce: randomUUID(),
});

/** Whether this process can examine a holder by its process id. */
export const isHere = ({ host, pidNamespace: namespace }: Holder): boolean =>
  host === hostname() && namespace === pidNamespace();

const bootId = () => textOf('/proc/sys/kernel/random/boot_id')?.trim() ?? null;

function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

/** Field 22 of /proc/<pid>/stat; the fields before it may hold spaces and brackets, but end with the last bracket. */
function startOf(pid: number): string | null {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** The text of a file; undefined if there is none to read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
