// One job in a process of its own.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { LOCKED_CODE } from '../jobs/exit-codes.ts';
import type { Ending } from '../jobs/job.ts';
import { lastLine } from './last-line.ts';

/** Options of {@link runProcess}. */
export interface JobProcessOptions {
  readonly command: readonly string[];
  /** Output is appended to this file. */
  readonly log: string;
  readonly signal: AbortSignal;
}

/**
 * Runs a command. It has its own session, so that Ctrl-C reaches the parent alone, which then asks it to stop by
 * SIGTERM.
 */
export function runProcess({ command, log, signal }: JobProcessOptions): Promise<Ending> {
  return new Promise((resolve) => {
    const file = openSync(log, 'a');
    const [program, ...words] = command;
    const child = spawn(program!, words, { stdio: ['ignore', file, file], detached: true });
    closeSync(file);
    const stop = () => void child.kill('SIGTERM');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const end = (ending: Ending) => {
      signal.removeEventListener('abort', stop);
      resolve(ending);
    };
    child.on('error', (error) => end({ failed: String(error) }));
    child.on('close', (code, killedBy) => end(endingOf({ code, killedBy, log, isAsked: signal.aborted })));
  });
}

interface End {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly log: string;
  readonly isAsked: boolean;
}

function endingOf({ code, killedBy, log, isAsked }: End): Ending {
  if (code === 0) return 'done';
  if (code === LOCKED_CODE) return 'locked';
  if (isAsked && (killedBy === 'SIGTERM' || code === 128 + constants.signals.SIGTERM)) return 'stopped';
  const isSignal = killedBy !== null || (code !== null && code > 128);
  if (isSignal) return { failed: `${killedBy ?? `code ${code}`} ended it; the same command goes on` };
  return { failed: lastLine(log) ?? `it ended with code ${code}` };
}
