// The room's side of its worker: works by name, each with a promise for its result.

import type { Answer, Asked, WorkName, WorkOptions, WorkResult } from '../../worker/latent-messages.ts';
import { startWorker } from '../parts/beside.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  onProgress?(share: number): void;
}

/** A worker with one run's model. */
export class RoomWorker {
  readonly #worker = startWorker('latent');
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
    this.#worker.onerror = ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(message || 'the worker could not start'));
      this.#waiting.clear();
    };
  }

  /** Asks for a work; works run one after the other. */
  ask<Name extends WorkName>(
    work: Name,
    options: WorkOptions<Name>,
    onProgress?: (share: number) => void,
  ): Promise<WorkResult<Name>> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: (result) => resolve(result as WorkResult<Name>),
        reject,
        ...(onProgress ? { onProgress } : {}),
      });
      const asked: Asked = { id, work, options };
      this.#worker.postMessage(asked);
    });
  }

  /** Ends the worker; works under way get no answer. */
  end(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    if ('progress' in answer) {
      waiting.onProgress?.(answer.progress);
      return;
    }
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting.reject(new Error(answer.error));
    else waiting.resolve(answer.result);
  }
}
