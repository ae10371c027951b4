// Output that nobody reads any more: `flowvae metrics runs/a | head -1`, or a terminal that was closed.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { isatty } from 'node:tty';

/** What a shell shows for a tool that SIGPIPE has ended: 128 + 13. */
const ENDED_BY_SIGPIPE = 141;

/**
 * What writing to a pipe without a reader is called, the second on Windows; the third is a terminal that was closed.
 */
const closed = ['EPIPE', 'EOF', 'EIO'];

/**
 * Lets a program outlive the readers of its output. Node makes an unhandled error of what ends other tools quietly.
 *
 * Where the reader of stdout has gone, the work goes on to its end, as files may have to be written that matter more
 * than the lines that nobody reads, and the exit code is then 141, unless it says of something else that it went wrong.
 * Where that of stderr has gone, only progress and notices are lost: the exit code stays what it is.
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
 * Lets a program whose terminal was closed end with its own exit code. Node gives a terminal its settings back at the
 * end, and aborts where that fails; so what is a terminal no more is replaced by nothing first.
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
    return false; // closed by the program itself
  }
}

/** The lowest free number is given to what is opened next. */
function replaceByNothing(fd: number): void {
  closeSync(fd);
  openSync(devNull, 'r+');
}

function refuseOthers(error: NodeJS.ErrnoException): void {
  if (!closed.includes(error.code ?? '')) throw error;
}
