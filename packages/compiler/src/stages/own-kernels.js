// @ts-check
// The kernels of assembly/ as the nodes of a graph call them. JavaScript, because worker threads load it too.

/** The exports of assembly/planar-chain.ts. @typedef {Readonly<Record<string, (...numbers: number[]) => number>>} Exports */
/** A node's attributes. @typedef {Readonly<Record<string, number>>} Sizes */

/**
 * A kernel as a node calls it: pointers to its inputs, outputs and scratch memory.
 * @callback Binding
 * @param {Exports} kernels @param {Sizes} sizes @param {readonly number[]} inputs @param {readonly number[]} outputs @param {number} scratch
 * @returns {() => void}
 */

const sizesOf = (/** @type {Sizes} */ { rows = 0, layers = 0, dim = 0, shared = 0 }) => [rows, layers, dim, shared];

/** By the node's operator. @type {Readonly<Record<string, Binding>>} */
export const bindings = {
  PlanarChain({ planarChain }, sizes, inputs, outputs) {
    const numbers = [...inputs, ...outputs, ...sizesOf(sizes)];
    return () => void planarChain?.(...numbers);
  },
  PlanarChainGradient({ planarChainGradient }, sizes, inputs, outputs, scratch) {
    const numbers = [...inputs, ...outputs, scratch, ...sizesOf(sizes)];
    return () => void planarChainGradient?.(...numbers);
  },
};

/** Bytes of scratch memory by the node's operator; none where it is missing. @type {Readonly<Record<string, (sizes: Sizes) => number>>} */
export const scratchBytes = {
  PlanarChainGradient: ({ layers = 0, dim = 0 }) => 4 * layers * dim,
};
