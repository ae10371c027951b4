// A peer in Python: a child process that gets its task once and measures on request (peer.py).
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Candidate, Contender } from '../measurement.ts';

/** The start data of a child. */
export interface PeerTask {
  readonly program: 'torch_peer.py' | 'jax_peer.py';
  /** Read by peer.py. */
  readonly setting: Readonly<Record<string, unknown>>;
  /** Variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A child that lives over all rounds, with a limit in seconds on its start. It has answered once before the first
 * measurement, so that its start disturbs none.
 */
export const livingPeer = (name: string, task: PeerTask, patience: number): Candidate => ({
  name,
  async start() {
    const child = new PeerProcess(task);
    await within(patience, child, child.ask(1));
    return child.contender;
  },
});

/** A child for each measurement, for quantities that only a new process shows: memory, the time to compile. */
export const freshPeer = (name: string, task: PeerTask, patience: number): Candidate => ({
  name,
  start: async () => ({
    async measure(count) {
      const child = new PeerProcess(task);
      const value = await within(patience, child, child.ask(count));
      await child.close();
      return value;
    },
    close: async () => {},
  }),
});

/** The faster of several ways to write the same thing, by a short measurement of each. */
export const fasterOf = (name: string, ways: readonly Candidate[]): Candidate => ({
  name,
  async start() {
    const timed: { way: string; contender: Contender; value: number }[] = [];
    for (const { name: way, start } of ways) {
      const contender = await start();
      timed.push({ way, contender, value: await contender.measure(10) });
    }
    const [fastest, ...slower] = timed.toSorted((a, b) => a.value - b.value);
    for (const { contender } of slower) await contender.close();
    return { ...fastest!.contender, note: fastest!.way };
  },
});

class PeerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #errors = '';
  readonly contender: Contender = { measure: (count) => this.ask(count), close: () => this.close() };

  constructor({ program, setting, env: own }: PeerTask) {
    const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
    // a machine's setting for other libraries must not slow a peer
    const { OPENBLAS_CORETYPE: _, ...env } = process.env;
    // results of an earlier compilation do not count
    if (setting.task === 'setup') env.TORCHINDUCTOR_FORCE_DISABLE_CACHES = '1';
    this.#child = spawn('python3', [path, JSON.stringify(setting)], { env: { ...env, ...own } });
    this.#child.on('error', ({ message }) => {
      this.#errors += message;
    });
    this.#child.stdin.on('error', () => {}); // it ended: the missing answer shows it
    this.#child.stderr.on('data', (chunk) => {
      this.#errors += chunk;
    });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask(count: number): Promise<number> {
    this.#child.stdin.write(`${count}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(this.#errors.trim().split('\n').at(-1) || 'python3 ended without an answer');
    return (JSON.parse(value) as { value: number }).value;
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
  }

  kill(): void {
    this.#child.kill();
  }
}

async function within<T>(seconds: number, child: PeerProcess, answer: Promise<T>): Promise<T> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill();
  }, 1000 * seconds);
  try {
    return await answer;
  } catch (error) {
    throw late ? new Error(`no answer within --patience ${seconds} (s)`) : error;
  } finally {
    clearTimeout(timer);
  }
}
