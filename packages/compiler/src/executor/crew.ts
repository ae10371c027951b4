// Threads of a page that share programs. They start with the first program that needs them, and stay.
import { crewMember, type FromMember, type Part, type ToMember } from './crew-member.js';

/** Places of the words by which threads meet. */
const [TURN, DONE, FAILED] = [0, 1, 2] as const;

/** Looks before a thread sleeps, about 0.1 ms: most turns are shorter. */
const LOOKS = 20_000;

/** More turns than a program has. */
const ALL_TURNS = 0x7fffffff;

const members: Worker[] = [];
let programs = 0;

/** Whether a thread did not start: a page's Content-Security-Policy may forbid it, and then forbids all. */
let isRefused = false;

/** Programs that wait for a thread to open them. */
const opening = new Map<number, { left: number; done(): void; failed(error: Error): void }>();

let source: string | undefined;

function start(): Worker {
  source ??= URL.createObjectURL(new Blob([`(${crewMember})()`], { type: 'text/javascript' }));
  const worker = new Worker(source);
  worker.onmessage = ({ data: { opened, error } }: MessageEvent<FromMember>) => {
    const program = opening.get(opened);
    if (!program) return;
    program.left -= 1;
    if (error !== undefined) program.failed(new Error(error));
    else if (program.left === 0) program.done();
  };
  worker.onerror = ({ message }) => {
    isRefused = true;
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
  /** Ends a run that failed: the others skip its other turns, and are ready for the next run. */
  leave(): void;
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
  if (isRefused) return undefined;
  const id = programs++;
  const tell = (message: ToMember) => {
    for (const member of members.slice(0, parts.length)) member.postMessage(message);
  };
  try {
    while (members.length < parts.length) start();
    await new Promise<void>((done, failed) => {
      opening.set(id, { left: parts.length, done, failed });
      for (const [i, part] of parts.entries()) members[i]!.postMessage({ open: id, part } satisfies ToMember);
    });
  } catch {
    tell({ close: id }); // some may have opened it
    return undefined;
  } finally {
    opening.delete(id);
  }
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
    leave() {
      Atomics.store(words, FAILED, 1);
      Atomics.store(words, TURN, ALL_TURNS);
      Atomics.notify(words, TURN);
      waitUntil(words, parts.length * parts[0]!.turns.length, sleeps);
      Atomics.store(words, FAILED, 0);
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
