// @ts-check A thread that does its part of programs. A page makes it from this function's text, so that a bundle needs
// no further file: the function reads nothing of this module.

/** @typedef {import('./program.ts').Step} Step */
/** @typedef {Readonly<Record<string, (...numbers: readonly number[]) => number>>} Functions */

/**
 * A program's part for one thread.
 * @typedef {object} Part
 * @property {WebAssembly.Memory} memory
 * @property {WebAssembly.Module} own
 * @property {WebAssembly.Module | undefined} kernels
 * @property {readonly (readonly Step[])[]} turns those that are shared, with this thread's steps
 * @property {number} words the address of the words by which threads meet
 */

/** @typedef {{ readonly open: number, readonly part: Part }} ToOpen */
/** @typedef {ToOpen | { readonly run: number } | { readonly close: number }} ToMember */

/**
 * The answer to a program to open.
 * @typedef {{ readonly opened: number, readonly error?: string }} FromMember
 */

/**
 * Answers messages of the thread that leads: programs to open, to run and to close. Its functions are methods, because
 * a bundler that keeps the names of others calls a helper of its own in this text.
 */
export function crewMember() {
  const [TURN, DONE, FAILED] = [0, 1, 2]; // as in crew.ts
  const LOOKS = 20_000;
  /** @type {Map<number, () => void>} */
  const programs = new Map();

  const thread = {
    /** @param {Int32Array} words @param {number} turn */
    waitFor(words, turn) {
      for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, TURN) > turn) return;
      for (let now = Atomics.load(words, TURN); now <= turn; now = Atomics.load(words, TURN)) {
        Atomics.wait(words, TURN, now);
      }
    },

    /** @param {WebAssembly.Module} module @param {WebAssembly.Memory} memory */
    functionsOf(module, memory) {
      return /** @type {Functions} */ (
        /** @type {unknown} */ (new WebAssembly.Instance(module, { env: { memory } }).exports)
      );
    },

    /** @param {Part} part @returns {() => void} */
    opened({ memory, own, kernels, turns, words: at }) {
      const ours = thread.functionsOf(own, memory);
      const declared = kernels && thread.functionsOf(kernels, memory);
      const words = new Int32Array(memory.buffer, at, 3);
      const calls = turns.map((steps) =>
        steps.map(({ function: name, arguments: given, isKernel }) => {
          const run = /** @type {(...numbers: readonly number[]) => number} */ ((isKernel ? declared : ours)?.[name]);
          return () => run(...given);
        }),
      );
      return () => {
        for (let turn = 0; turn < calls.length; turn++) {
          thread.waitFor(words, turn);
          try {
            // a run that failed has no numbers to give
            if (!Atomics.load(words, FAILED)) for (const call of /** @type {(() => number)[]} */ (calls[turn])) call();
          } catch {
            Atomics.store(words, FAILED, 1);
          }
          Atomics.add(words, DONE, 1);
          Atomics.notify(words, DONE);
        }
      };
    },
  };

  globalThis.onmessage = (/** @type {MessageEvent<ToMember>} */ { data }) => {
    if ('open' in data) {
      /** @type {FromMember} */
      let answer = { opened: data.open };
      try {
        programs.set(data.open, thread.opened(data.part));
      } catch (error) {
        answer = { opened: data.open, error: String(error) };
      }
      globalThis.postMessage(answer);
    } else if ('run' in data) programs.get(data.run)?.();
    else programs.delete(data.close);
  };
}
