// @ts-check
// Runs a session whose outputs all go into arrays of the caller, and nowhere else. JavaScript, because worker threads
// load it too.

/**
 * The first output of an in-place model: an empty sequence.
 *
 * ONNX Runtime's binding for Node writes into preallocated arrays, and then copies every output into a new array as
 * well, in order: a fifth of a training step. It has no array for a sequence, so it stops there with the message below,
 * before the first copy and after the graph has run. A version that copies after all loses only time; a witness shows
 * that the graph ran.
 */
export const STOP = 'stop';

const REFUSAL = /non tensor type/i;

/** A number that an output holds before a run, and almost surely not after it. */
const UNTOUCHED = -1.2345678e-33;

/**
 * Runs an in-place model.
 * @param {{ run(feeds: object, fetches: object): Promise<unknown> }} session a session of a model whose first output is
 * `STOP`
 * @param {Readonly<Record<string, unknown>>} feeds tensors by input
 * @param {Readonly<Record<string, unknown>>} fetches a tensor for every output, filled when the promise resolves
 * @param {Float32Array} witness the array of one of these tensors
 * @returns {Promise<void>}
 */
export async function runInPlace(session, feeds, fetches, witness) {
  witness[0] = UNTOUCHED;
  try {
    await session.run(feeds, { [STOP]: null, ...fetches });
  } catch (error) {
    if (!(error instanceof Error && REFUSAL.test(error.message))) throw error;
    if (witness[0] === Math.fround(UNTOUCHED))
      throw new Error('this version of onnxruntime-node does not run in place');
  }
}
