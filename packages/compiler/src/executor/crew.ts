// Threads of a page that share programs. They start with the first program that needs them, and stay.
import { crewMember, type Part, type ToMember } from './crew-member.js';

/** Places of the words by which threads meet. */
const [TURN, DONE, FAILED] = [0, 1, 2] as const;

/** Looks before a thread sleeps, about 0.1 ms: most turns are shorter. */
const LOOKS = 20_000;

const members: Worker[] = [];
let programs = 0;

/** Programs that wait for a thread to open them. */
const opening = new Map<number, { left: number; done(): void; failed(error: Error): void }>();

function start(): Worker {
  const text = URL.createObjectURL(new Blob([`(${crewMember})()`], { type: 'text/javascript' }));
  const worker = new Worker(text);
  worker.onmessage = ({ data }: MessageEvent<number>) => {
    const program = opening.get(data);
    if (!program) return;
    program.left -= 1;
    if (program.left === 0) program.done();
  };
  worker.onerror = ({ message }) => {
    for (const { failed } of opening.values()) failed(new Error(message || 'a thread does not start'));
  };
  members.push(worker);
  return worker;
}

/** The other threads of one program. */
export interface Crew {
  /** Starts a run. */
  run(): void;
  /** Lets the others do their parts of the next shared turn. */
  begin(): void;
  /** Waits until the others have done them. @throws Error if one failed */
  meet(): void;
  close(): void;
}

/** Whether this thread may sleep: a page's own thread may not. */
function maySleep(words: Int32Array): boolean {
  try {
    Atomics.wait(words, FAILED, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Gives each other thread its part.
 *
 * @returns undefined if no thread can be started here
 */
export async function openCrew(parts: readonly Part[], words: Int32Array): Promise<Crew | undefined> {
  const id = programs++;
  try {
    while (members.length < parts.length) start();
    await new Promise<void>((done, failed) => {
      opening.set(id, { left: parts.length, done, failed });
      for (const [i, part] of parts.entries()) members[i]!.postMessage({ open: id, part } satisfies ToMember);
    });
  } catch {
    return undefined;
  } finally {
    opening.delete(id);
  }
  const told = members.slice(0, parts.length);
  const tell = (message: ToMember) => {
    for (const member of told) member.postMessage(message);
  };
  const sleeps = maySleep(words);
  let expected = 0;
  return {
    run() {
      expected = 0;
      Atomics.store(words, TURN, 0);
      Atomics.store(words, DONE, 0);
      tell({ run: id });
    },
    begin() {
      Atomics.add(words, TURN, 1);
      Atomics.notify(words, TURN);
    },
    meet() {
      expected += parts.length;
      waitUntil(words, expected, sleeps);
      if (Atomics.load(words, FAILED)) throw new Error('a thread of the executor failed');
    },
    close: () => tell({ close: id }),
  };
}

function waitUntil(words: Int32Array, expected: number, sleeps: boolean): void {
  for (let look = 0; look < LOOKS || !sleeps; look++) if (Atomics.load(words, DONE) >= expected) return;
  for (let now = Atomics.load(words, DONE); now < expected; now = Atomics.load(words, DONE)) {
    Atomics.wait(words, DONE, now);
  }
}
