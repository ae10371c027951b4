// Signals, or the end of the parent process, ask for a clean stop; a second Ctrl-C ends the process at once.
import { constants } from 'node:os';
import { watchParent } from './launch/orphan-watch.ts';

/** An abort signal tied to the process's signals. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 0, or 128 + the signal's number as shells expect. */
  exitCode(): number;
  /** Removes the listeners. */
  release(): void;
}

/** Options of {@link interruption}. */
export interface InterruptionOptions {
  /**
   * The process whose end stops the work too. `'terminal'`, the default: the terminal (SIGHUP). `'parent'`: the
   * terminal, the process that started this one, and package managers between them; exit code as for SIGHUP.
   * `'nothing'`: none.
   */
  readonly tiedTo?: 'parent' | 'terminal' | 'nothing';
  /** The line on stderr after the first signal. Default: that the work stops after its step. */
  readonly notice?: string;
}

/**
 * Signals by which schedulers and service managers end a process or announce its end. Without a listener, SIGUSR1
 * starts Node's debugger, and a scheduler's warning is lost.
 */
const STOPS = ['SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

type StopSignal = (typeof STOPS)[number] | 'SIGINT' | 'SIGHUP';

/**
 * Listens for SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 until released; the first decides the exit code. A SIGTERM
 * after a SIGINT changes nothing: `pnpm exec` sends both for one Ctrl-C.
 */
export function interruption({ tiedTo = 'terminal', notice }: InterruptionOptions = {}): Interruption {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  let interrupts = 0;
  const stop = (signal: StopSignal, say: string) => {
    if (received !== undefined) return;
    received = signal;
    process.stderr.write(`\n${say}\n`);
    controller.abort();
  };
  const onSignal = (signal: StopSignal) => stop(signal, notice ?? `${signal}: stopping after this step`);
  const onInterrupt = () => {
    interrupts++;
    if (interrupts > 1) process.exit(128 + constants.signals.SIGINT);
    stop('SIGINT', notice ?? 'stopping after this step; press Ctrl-C again to stop at once');
  };
  const onHangUp = () => {
    if (tiedTo !== 'nothing') onSignal('SIGHUP');
  };
  const listeners = [
    ['SIGINT', onInterrupt],
    ['SIGHUP', onHangUp], // always has a listener: without one, Node undoes nohup
    ...STOPS.map((signal) => [signal, onSignal] as const),
  ] as const;
  for (const [signal, listener] of listeners) process.on(signal, listener);
  const orphaned = () => stop('SIGHUP', 'the process that started this run has ended: stopping after this step');
  const endWatch = tiedTo === 'parent' ? watchParent(orphaned) : () => {};
  return {
    signal: controller.signal,
    exitCode: () => (received ? 128 + constants.signals[received] : 0),
    release() {
      endWatch();
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}
