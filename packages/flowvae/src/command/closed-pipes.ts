// Output that nobody reads any more: `flowvae metrics runs/a | head -1`, or a terminal that was closed.
import { isatty } from 'node:tty';

/** What a shell shows for a tool that SIGPIPE has ended: 128 + 13. */
const ENDED_BY_SIGPIPE = 141;

/** What writing to a pipe without a reader is called, the second on Windows; the third is a terminal that was closed. */
const closed = ['EPIPE', 'EOF', 'EIO'];

/**
 * Lets a program outlive the readers of its output. Node makes an unhandled error of what ends other tools quietly.
 *
 * Where the reader of stdout has gone, the work goes on to its end, as files may have to be written that matter more than the lines that nobody
 * reads, and the exit code is then 141, unless it says of something else that it went wrong. Where that of stderr has gone, only progress and
 * notices are lost: the exit code stays what it is.
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
 * Lets a program whose terminal was closed end as by SIGHUP. Node gives a terminal its settings back at the end, and aborts where that fails:
 * an exit code and a core dump that tell of a crash.
 */
function endWithTerminal(): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.on('exit', () => {
    if (terminals.every((fd) => isatty(fd))) return;
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  });
}

function refuseOthers(error: NodeJS.ErrnoException): void {
  if (!closed.includes(error.code ?? '')) throw error;
}
