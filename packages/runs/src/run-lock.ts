// One process a run folder. The lock says who holds it, so that nobody waits for a process that is gone.
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor';
import { writeRefused } from './atomic-file.ts';

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  /** When that process started, in the kernel's clock ticks since boot; a process id alone is used again. */
  readonly started: string | null;
  readonly host: string;
  /** Changes with each boot of the machine. */
  readonly boot: string | null;
}

const LOCK = 'run.lock';

/** A holder that cannot be looked at, since it is on another machine, counts as gone when it has not shown itself for this long. */
const SILENCE_MS = 10 * 60_000;

/** How often a holder shows itself, at most. */
const HEARTBEAT_MS = 10_000;

/** A lock that is held. */
export interface RunLock {
  /** Shows that the holder lives. @throws ExpectationError where the lock is no longer its own */
  keep(): void;
  release(): void;
}

/**
 * Takes the lock of a run folder. A lock whose process is gone, by its id and start time on this machine or by ten silent minutes on
 * another, is taken over.
 *
 * @throws ExpectationError naming the process that holds it
 */
export function lockRun(folder: string): RunLock {
  const path = join(folder, LOCK);
  const aside = join(folder, `${LOCK}.${process.pid}.partial`);
  const own = JSON.stringify(thisProcess());
  try {
    writeFileSync(aside, own);
    if (!linked(aside, path)) {
      removeStale(path, aside);
      if (!linked(aside, path)) throw refusal(folder, readFileSync(path, 'utf8'));
    }
  } catch (error) {
    throw writeRefused(path, error);
  } finally {
    rmSync(aside, { force: true });
  }
  return heldLock(path, own);
}

function heldLock(path: string, own: string): RunLock {
  let shown = performance.now();
  const isOwn = () => textOf(path) === own;
  return {
    keep() {
      if (performance.now() - shown < HEARTBEAT_MS) return;
      shown = performance.now();
      if (!isOwn()) {
        const received = textOf(path) ?? 'no lock: the folder was removed or moved while the run was going on';
        throw new ExpectationError({ where: path, expected: 'the lock of this process', received });
      }
      const now = new Date();
      utimesSync(path, now, now);
    },
    release() {
      if (isOwn()) rmSync(path, { force: true });
    },
  };
}

/** Gives a file a second name, unless that exists: the one operation that makes a file with its content at once. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a lock away if its holder is gone; what was moved must be what was judged, for another process may have been quicker. */
function removeStale(path: string, aside: string): void {
  const text = textOf(path);
  if (text === undefined) return;
  if (!isGone(text, statSync(aside).mtimeMs - statSync(path).mtimeMs)) throw refusal(path, text);
  const moved = `${path}.${process.pid}.stale.partial`;
  renameSync(path, moved);
  if (textOf(moved) !== text) linked(moved, path);
  rmSync(moved, { force: true });
}

function isGone(text: string, silentFor: number): boolean {
  const holder = parseHolder(text);
  if (!holder) return true; // locks appear whole, so this one was damaged
  const here = thisProcess();
  if (holder.host !== here.host) return silentFor > SILENCE_MS;
  if (holder.boot !== here.boot) return true;
  if (!isAlive(holder.pid)) return true;
  const started = startOf(holder.pid);
  return started === null ? silentFor > SILENCE_MS : started !== holder.started;
}

function parseHolder(text: string): Holder | undefined {
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

const thisProcess = (): Holder => ({
  pid: process.pid,
  started: startOf(process.pid),
  host: hostname(),
  boot: textOf('/proc/sys/kernel/random/boot_id')?.trim() ?? null,
});

/** Field 22 of /proc/<pid>/stat; what stands before it may hold spaces and brackets, but ends with the last bracket. */
function startOf(pid: number): string | null {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function refusal(folder: string, text: string): ExpectationError {
  const holder = parseHolder(text);
  return new ExpectationError({
    where: folder,
    expected: 'a run folder that no other process works on',
    received: holder ? `one that process ${holder.pid} on ${holder.host} works on` : 'one that is locked',
    remedy: 'wait for that process, or stop it',
  });
}
