// The number of threads that suits a machine: the products of a usual step, shared by more and more threads.
import { type InputShapes, SessionPool, sessionRecipe, type Traceable, traceGraph } from '@flowvae/compiler';
import { type Tensor2D, tf } from '@flowvae/tensor';
import type { ThreadTime } from './fewest-threads.ts';

/** Rows of a batch, and widths of its dense layers: 784-400-400, both ways. */
const BATCH = 100;
const WIDTHS = [784, 400, 400, 784] as const;

/** How long each number of threads is measured, ms. */
const PATIENCE = 60;

/**
 * Times the products of a step of 784-400-400 at batch 100, forward and backward, for each number of threads. Every
 * thread takes its share of the rows, of xᵀ·dy its share of the columns over all rows, and a step ends with its slowest
 * thread, as in training. Takes 60 ms a number, and the start of the threads.
 *
 * @param counts numbers of threads, ascending
 */
export async function threadTimes(counts: readonly number[]): Promise<readonly ThreadTime[]> {
  const times: ThreadTime[] = [];
  for (const threads of counts) {
    const pool = new SessionPool(threads);
    try {
      const session = addProducts(pool, threads);
      times.push({ threads, milliseconds: await leastTime(() => together(pool, session, threads)) });
    } finally {
      await pool.dispose();
    }
  }
  return times;
}

async function together(pool: SessionPool, session: number, threads: number): Promise<void> {
  await Promise.all(Array.from({ length: threads }, () => pool.run(session, {})));
}

/** The first run, which opens the sessions, does not count. */
async function leastTime(work: () => Promise<void>): Promise<number> {
  await work();
  let least = Number.POSITIVE_INFINITY;
  for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
    const from = performance.now();
    await work();
    least = Math.min(least, performance.now() - from);
  }
  return least;
}

/** A thread's share of x·W and dy·Wᵀ (rows) and of xᵀ·dy (columns) of every layer, each summed, and its shapes. */
export function sharedProducts(threads: number): { readonly products: Traceable; readonly shapes: InputShapes } {
  const layers = WIDTHS.slice(1).map((to, i) => [WIDTHS[i]!, to] as const);
  const [rows, columns] = [Math.ceil(BATCH / threads), (width: number) => Math.ceil(width / threads)];
  const shapes = Object.fromEntries(
    layers.flatMap(([from, to], i) => [
      [`x${i}`, [rows, from]],
      [`w${i}`, [from, to]],
      [`dy${i}`, [rows, to]],
      [`all x${i}`, [BATCH, from]],
      [`all dy${i}`, [BATCH, columns(to)]],
    ]),
  );
  const products: Traceable = (inputs) => {
    const at = (name: string) => inputs[name] as Tensor2D;
    const sums = layers.flatMap((_, i) => [
      tf.sum(tf.matMul(at(`x${i}`), at(`w${i}`))),
      tf.sum(tf.matMul(at(`dy${i}`), at(`w${i}`), false, true)),
      tf.sum(tf.matMul(at(`all x${i}`), at(`all dy${i}`), true, false)),
    ]);
    return { sum: tf.addN(sums) };
  };
  return { products, shapes };
}

/** Adds a session for each thread; all operands are fixed. */
function addProducts(pool: SessionPool, threads: number): number {
  const { products, shapes } = sharedProducts(threads);
  const operands = Object.entries(shapes).map(([name, shape]) => {
    return [name, new Float32Array(shape.reduce((size, length) => size * length, 1)).fill(0.5)] as const;
  });
  return pool.add(sessionRecipe(traceGraph(products, shapes), { threads: 1 }), Object.fromEntries(operands));
}
