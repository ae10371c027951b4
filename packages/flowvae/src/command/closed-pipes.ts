// Handles output without a reader: `flowvae metrics runs/a | head -1`, or a closed terminal.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { isatty } from 'node:tty';

/** A shell's exit code for a tool that SIGPIPE ended: 128 + 13. */
const ENDED_BY_SIGPIPE = 141;

/** Error codes for writes to a pipe without a reader (the second on Windows) and to a closed terminal (the third). */
const closed = ['EPIPE', 'EOF', 'EIO'];

/**
 * Lets a program outlive the readers of its output. Node throws an unhandled error where a signal ends other tools
 * quietly.
 *
 * If the reader of stdout is gone, the work continues, because it may write files that matter more than the unread
 * lines; the exit code is then 141, unless another error has set it. If the reader of stderr is gone, only progress and
 * notices are lost: the exit code does not change.
 */
export function tolerateClosedPipes(): void {
  let isUnread = false;
  process.stderr.on('error', refuseOthers);
  process.stdout.on('error', (error) => {
    refuseOthers(error);
    isUnread = true;
  });
  process.on('exit', () => {
    if (isUnread) process.exitCode ||= ENDED_BY_SIGPIPE;
  });
  endWithTerminal();
}

/**
 * Lets a program end with its own exit code after its terminal was closed. At exit, Node restores a terminal's settings
 * and aborts if this fails; so each closed terminal is first replaced by the null device.
 */
function endWithTerminal(): void {
  process.on('exit', () => {
    for (const fd of [0, 1, 2]) if (isClosedTerminal(fd)) replaceByNothing(fd);
  });
}

function isClosedTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && !isatty(fd);
  } catch {
    return false; // the program itself closed it
  }
}

/** The system gives the lowest free descriptor to the next opened file. */
function replaceByNothing(fd: number): void {
  closeSync(fd);
  openSync(devNull, 'r+');
}

function refuseOthers(error: NodeJS.ErrnoException): void {
  if (!closed.includes(error.code ?? '')) throw error;
}
