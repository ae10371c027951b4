// One run in its own process, as the parent sees it: progress comes as messages, a stop goes as one.
import { fork } from 'node:child_process';
import { type Ending, interruption } from 'flowvae';

/** A child's message. */
interface ChildMessage {
  readonly progress?: string;
  readonly ending?: Ending;
}

/** Options of {@link runInChild}. */
export interface ChildOptions {
  /** The command's script and the arguments that make it do the one run. */
  readonly script: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** In the environment of a child: its parent wants messages. */
export const CHILD = 'FLOWVAE_REPRODUCE_CHILD';

/** Limit on the reported characters of a failed child's output. */
const TOLD_CHARACTERS = 2000;

/**
 * Runs the command as a child. A child has its own session, so that Ctrl-C reaches the parent alone, which then asks
 * the child to stop; and the child stops by itself after its parent's end.
 */
export function runInChild({ script, args, signal, onProgress }: ChildOptions): Promise<Ending> {
  return new Promise((resolve) => {
    const child = fork(script, args, {
      execArgv: process.execArgv,
      env: { ...process.env, [CHILD]: '1' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
    });
    let ending: Ending | undefined;
    let errors = '';
    const stop = () => child.connected && child.send('stop');
    signal.addEventListener('abort', stop, { once: true });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-TOLD_CHARACTERS);
    });
    child.on('message', ({ progress, ending: told }: ChildMessage) => {
      if (progress !== undefined) onProgress(progress);
      ending = told ?? ending;
    });
    child.on('error', (error) => resolve({ failed: String(error) }));
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      // a stop that was not asked for came to the child alone
      if (ending === 'stopped' && !signal.aborted) ending = { failed: 'a signal stopped it; the same command goes on' };
      resolve(ending ?? { failed: errors.trim() || `the process ended with ${killedBy ?? `code ${code}`}` });
    });
  });
}

/** How a line on a terminal is written anew. */
const ERASE = '\r\x1b[2K';

/** A child's end of the line: its messages, and the parent's signal. */
export function asChild(): {
  readonly signal: AbortSignal;
  readonly progress: { readonly isTTY: true; readonly columns: number; write(text: string): void };
  tell(ending: Ending): void;
} {
  const controller = new AbortController();
  // a scheduler that ends a job sends its signal to each process of it; a terminal is the parent's alone
  interruption({ tiedTo: 'nothing' }).signal.addEventListener('abort', () => controller.abort());
  process.on('message', () => controller.abort());
  process.on('disconnect', () => controller.abort());
  const send = (message: ChildMessage) => {
    if (process.connected) process.send!(message);
  };
  return {
    signal: controller.signal,
    progress: {
      isTTY: true,
      columns: 200,
      write(text) {
        const line = text.replaceAll(ERASE, '').trim();
        if (line) send({ progress: line });
      },
    },
    tell(ending) {
      send({ ending });
      process.disconnect?.();
    },
  };
}
