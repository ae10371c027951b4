// @ts-check
// Shared memory in the form that ONNX Runtime takes. JavaScript, because worker threads load it too.

/**
 * A view of shared memory as an array buffer that is not marked as shared: the same bytes, without a copy.
 * @typedef {(shared: SharedArrayBuffer) => ArrayBuffer} SharedView
 */

/**
 * The function that makes such views; undefined if unavailable.
 *
 * ONNX Runtime's binding refuses arrays over a SharedArrayBuffer, because Node-API of Node 20 has no data pointer for
 * one. Threads that work on the same parameters would each have to keep a copy, and exchange copies at every step. So a
 * foreign function interface gives the address, and an array buffer is put over it. A view does not keep the memory
 * alive: its holder must hold the SharedArrayBuffer too.
 * @returns {Promise<SharedView | undefined>}
 */
export async function sharedViews() {
  try {
    const { default: koffi } = await import('koffi');
    /** @type {SharedView} */
    const view = (shared) => koffi.view(koffi.address(new Uint8Array(shared)), shared.byteLength);
    return isTrue(view) ? view : undefined;
  } catch {
    return undefined; // no binary for this platform
  }
}

/**
 * Whether writes through a view reach the memory, and writes to the memory reach the view.
 * @param {SharedView} view
 */
function isTrue(view) {
  const shared = new Uint8Array(new SharedArrayBuffer(16));
  const seen = new Uint8Array(view(/** @type {SharedArrayBuffer} */ (shared.buffer)));
  shared[3] = 7;
  seen[5] = 9;
  return seen.length === 16 && seen[3] === 7 && shared[5] === 9;
}

/**
 * A large array of one thread, as other threads find it.
 * @typedef {{ readonly address: bigint | number, readonly bytes: number }} LentArray
 */

/**
 * The least size of lent arrays. Smaller ones are copied: the garbage collector may move them, and copies cost little.
 */
const LEAST_LENT = 2 ** 20;

/**
 * The function that lends arrays to other threads, so that these need no copies; undefined if unavailable. It lends no
 * small arrays. The lender keeps an array, unchanged, until those threads have ended.
 * @returns {Promise<((array: Float32Array) => LentArray | undefined) | undefined>}
 */
export async function arrayLending() {
  if (!(await sharedViews())) return undefined;
  const { default: koffi } = await import('koffi');
  return (array) =>
    array.byteLength < LEAST_LENT ? undefined : { address: koffi.address(array), bytes: array.byteLength };
}

/**
 * A lent array in another thread, to be read.
 * @param {LentArray} lent
 * @returns {Promise<Float32Array>}
 */
export async function borrowed({ address, bytes }) {
  const { default: koffi } = await import('koffi');
  return new Float32Array(koffi.view(address, bytes));
}
