// Ctrl-C and SIGTERM: the first asks for a clean stop, a second SIGINT ends the process at once.
import { constants } from 'node:os';

/** An abort signal tied to the process's signals. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 0, or 128 + the signal's number as shells expect. */
  exitCode(): number;
  /** Gives the signals back. */
  release(): void;
}

/** Listens for SIGINT and SIGTERM until released. A SIGTERM after a SIGINT is ignored: `pnpm exec` sends both for one Ctrl-C. */
export function interruption(): Interruption {
  const controller = new AbortController();
  let received: 'SIGINT' | 'SIGTERM' | undefined;
  let interrupts = 0;
  const onInterrupt = () => {
    interrupts++;
    if (interrupts > 1) process.exit(128 + constants.signals.SIGINT);
    received ??= 'SIGINT';
    process.stderr.write('\nstopping after this step; press Ctrl-C again to stop at once\n');
    controller.abort();
  };
  const onTerminate = () => {
    received ??= 'SIGTERM';
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    exitCode: () => (received ? 128 + constants.signals[received] : 0),
    release() {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    },
  };
}
