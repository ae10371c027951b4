// One process per run folder. The lock names its holder, so that nobody waits for a dead process.
import { createHash } from 'node:crypto';
import { linkSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { writeRefused } from '../files/atomic-file.ts';
import { type Holder, isGone, isHere, LOCK, parseHolder, textOf, thisProcess } from './lock-holder.ts';

/** Another process works on the run folder. */
export class LockedError extends ExpectationError {}

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

/** A process id means something on its own machine and in its own container only. */
function stopping(holder: Holder): string {
  const { pid, host } = holder;
  const stop = 'wait for that process, or stop it:';
  const effect = 'lets it write a checkpoint and end';
  if (isHere(holder)) return `${stop} \`kill ${pid}\` ${effect}`;
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
