// One process per run folder. The lock names its holder, so that nobody waits for a dead process.
import { createHash, randomUUID } from 'node:crypto';
import {
  linkSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { writeRefused } from '../files/atomic-file.ts';

/** Who holds a lock. */
interface Holder {
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

/** Another process works on the run folder. */
export class LockedError extends ExpectationError {}

export const LOCK = 'run.lock';

/**
 * A holder on another machine or in another container cannot be examined: it counts as dead after this much silence.
 */
const SILENCE_MS = 10 * 60_000;

/** How often a holder shows itself. */
const HEARTBEAT_MS = 10_000;

/** A held lock. */
export interface RunLock {
  /** Shows that the holder lives. @throws ExpectationError if the lock is no longer its own */
  keep(): void;
  release(): void;
}

/**
 * Takes the lock of a run folder. The lock of a dead process is taken over; the process counts as dead by its id and
 * start time on this machine, or after ten silent minutes on another machine or in another container.
 *
 * @throws LockedError that names the process which holds it; ExpectationError if the folder cannot be written
 */
export function lockRun(folder: string): RunLock {
  const path = join(folder, LOCK);
  const holder = thisProcess();
  const own = JSON.stringify(holder);
  const aside = join(folder, `${LOCK}.${holder.nonce}.partial`);
  try {
    writeFileSync(aside, own);
    if (!linked(aside, path)) replaceStale(path, aside);
    // a rival that claimed the previous lock may judge it only now, and remove this one instead
    const rival = claimsOf(folder).find((claim) => !isStale(claim, aside));
    if (rival !== undefined && textOf(path) === own) rmSync(path, { force: true });
    if (rival !== undefined || textOf(path) !== own) throw refusal(path, textOf(rival ?? path) ?? '');
    for (const left of leftIn(folder)) if (left !== aside && isStale(left, aside)) rmSync(left, { force: true });
  } catch (error) {
    throw writeRefused(path, error);
  } finally {
    rmSync(aside, { force: true });
  }
  return heldLock(path, own);
}

function heldLock(path: string, own: string): RunLock {
  let checked = performance.now();
  const isOwn = () => textOf(path) === own;
  const show = () => {
    const now = new Date();
    utimesSync(path, now, now);
  };
  // between steps too: work there can take longer than the allowed silence
  const beat = setInterval(() => {
    try {
      if (isOwn()) show();
    } catch {
      // the next step reports it
    }
  }, HEARTBEAT_MS).unref();
  return {
    keep() {
      if (performance.now() - checked < HEARTBEAT_MS) return;
      checked = performance.now();
      if (!isOwn()) {
        const received = textOf(path) ?? 'no lock: the folder was removed or moved while the run was going on';
        throw new ExpectationError({ where: path, expected: 'the lock of this process', received });
      }
      show();
    },
    release() {
      clearInterval(beat);
      if (isOwn()) rmSync(path, { force: true });
    },
  };
}

/** Gives a file a second name, unless the name exists: the only operation that creates a complete file atomically. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Replaces the lock of a dead holder.
 *
 * Only the holder of the claim on a lock may remove it. The claim is named by the lock's content, which is unique. So a
 * claim on an already replaced lock does no harm: the content is compared again under the claim. A dead holder's claim
 * is replaced in the same way.
 */
function replaceStale(path: string, aside: string): void {
  const folder = dirname(path);
  const text = textOf(path);
  if (text === undefined || !isStale(path, aside)) throw refusal(join(folder, LOCK), text ?? '');
  const claim = join(folder, `${LOCK}.${createHash('sha256').update(text).digest('hex').slice(0, 32)}${CLAIM}`);
  if (!linked(aside, claim)) replaceStale(claim, aside);
  try {
    if (textOf(path) === text) rmSync(path, { force: true });
    if (!linked(aside, path)) throw refusal(join(folder, LOCK), textOf(path) ?? '');
  } finally {
    rmSync(claim, { force: true });
  }
}

const CLAIM = '.claim';

/** Files beside a lock: those of a change of hands, or remains of a process that died then. */
const leftIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.startsWith(`${LOCK}.`))
    .map((name) => join(folder, name));

const claimsOf = (folder: string) => leftIn(folder).filter((path) => path.endsWith(CLAIM));

/** Whether the holder that a file names is dead; ages are measured by the clock of the file system. */
function isStale(path: string, aside: string): boolean {
  const text = textOf(path);
  if (text === undefined) return true;
  const shown = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return shown === undefined || isGone(text, statSync(aside).mtimeMs - shown, !path.endsWith('.partial'));
}

function isGone(text: string, silentFor: number, isWhole: boolean): boolean {
  const holder = parseHolder(text);
  if (!holder) return isWhole || silentFor > SILENCE_MS; // locks appear whole, so an incomplete one is damaged
  const here = thisProcess();
  if (holder.host !== here.host || holder.pidNamespace !== here.pidNamespace) return silentFor > SILENCE_MS;
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
  pidNamespace: pidNamespace(),
  nonce: randomUUID(),
});

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

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A process id means something on its own machine and in its own container only. */
function stopping({ pid, host, pidNamespace: namespace }: Holder): string {
  const isHere = host === hostname() && namespace === pidNamespace();
  const stop = 'wait for that process, or stop it:';
  const effect = 'lets it write a checkpoint and end';
  if (isHere) return `${stop} \`kill ${pid}\` ${effect}`;
  const where = host === hostname() ? 'in its container' : `on ${host}`;
  return `${stop} \`kill ${pid}\` ${where} ${effect}; if it is gone, the folder is free ten minutes after it`;
}

function refusal(where: string, text: string): LockedError {
  const holder = parseHolder(text);
  return new LockedError({
    where,
    expected: 'a run folder that no other process works on',
    received: holder ? `one that process ${holder.pid} on ${holder.host} works on` : 'one that is locked',
    remedy: holder ? stopping(holder) : 'wait until it is free',
  });
}
