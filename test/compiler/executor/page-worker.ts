// The class Worker of a page, in Node: a thread that runs the text of an object URL.
import { resolveObjectURL } from 'node:buffer';
import { Worker as Thread } from 'node:worker_threads';

/** A page's names for a thread's messages. */
const prelude = `const { parentPort } = require('node:worker_threads');
globalThis.postMessage = (data) => parentPort.postMessage(data);
parentPort.on('message', (data) => globalThis.onmessage({ data }));
`;

export class PageWorker {
  onmessage: (event: { data: unknown }) => void = () => {};
  onerror: (event: { message: string }) => void = () => {};
  #thread: Thread | undefined;
  readonly #waiting: unknown[] = [];

  constructor(url: string) {
    void this.#start(url);
  }

  /** At once if the thread runs: its owner may wait for it without a turn of the event loop. */
  postMessage(data: unknown): void {
    if (this.#thread) this.#thread.postMessage(data);
    else this.#waiting.push(data);
  }

  async #start(url: string): Promise<void> {
    const thread = new Thread(prelude + (await resolveObjectURL(url)!.text()), { eval: true });
    thread.unref();
    thread.on('message', (data) => this.onmessage({ data }));
    thread.on('error', ({ message }) => this.onerror({ message }));
    this.#thread = thread;
    for (const data of this.#waiting) thread.postMessage(data);
  }
}
