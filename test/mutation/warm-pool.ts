// A pool of vitest whose one process stays alive from run to run, with TensorFlow.js and ONNX Runtime loaded.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { PoolOptions, PoolWorker, WorkerRequest } from 'vitest/node';

/** Runs after which a new process is begun, because remains of tests accumulate. */
const RUNS_PER_PROCESS = 200;

type Listener = (argument: unknown) => void;

/** Answers to vitest for requests that the process never gets, because it has been started already. */
const answers = { start: 'started', stop: 'stopped' } as const;

/** vitest's own process for tests, kept. */
export class WarmPool {
  readonly name = 'warm';
  #child: ChildProcess | undefined;
  #isStarted = false;
  #runs = 0;

  /** Ends the process; the next run begins another. */
  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
    this.#isStarted = false;
    this.#runs = 0;
  }

  createPoolWorker({ distPath, env, execArgv }: PoolOptions): PoolWorker {
    if (this.#runs++ >= RUNS_PER_PROCESS) this.end();
    this.#child ??= fork(join(distPath, 'workers/forks.js'), [], {
      env,
      execArgv,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    const child = this.#child;
    const listeners = new Map<string, Set<Listener>>();
    const heard = (event: string) => listeners.get(event) ?? new Set<Listener>();
    const answer = (type: string) =>
      queueMicrotask(() => {
        for (const listener of heard('message')) listener({ __vitest_worker_response__: true, type });
      });
    return {
      name: this.name,
      on(event, callback) {
        listeners.set(event, heard(event).add(callback));
        child.on(event, callback);
      },
      off(event, callback) {
        heard(event).delete(callback);
        child.off(event, callback);
      },
      send: (message: WorkerRequest) => {
        if (message.type === 'stop') return answer(answers.stop);
        if (message.type === 'start' && this.#isStarted) return answer(answers.start);
        if (message.type === 'start') this.#isStarted = true;
        if (child.connected) child.send(message);
      },
      deserialize: (data) => data,
      async start() {},
      async stop() {
        for (const [event, callbacks] of listeners) for (const callback of callbacks) child.off(event, callback);
        listeners.clear();
      },
    };
  }
}
