// Ends threads at every moment of their lives, and at last the process: argument 1 says after how many milliseconds.
import { keepThreads, SessionPool, sessionRecipe, traceGraph } from '@flowvae/compiler';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { adam, fit } from '@flowvae/training';
import { smallVae } from '../training/problems.ts';

await tf.setBackend('cpu');
const size = 300;
const square = traceGraph(({ x }) => ({ y: tf.matMul(x as Tensor2D, x as Tensor2D) }), { x: [size, size] });
const recipe = sessionRecipe(square, { threads: 1 });
const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A pool with some jobs, not waited for. */
function busyPool(jobs: number): SessionPool {
  const pool = new SessionPool(2);
  const session = pool.add(recipe, {});
  for (let i = 0; i < jobs; i++) pool.run(session, { x: new Float32Array(size * size) }).catch(() => {});
  return pool;
}

for (let i = 0; i < 40; i++) {
  await keepThreads(i % 3);
  const pool = busyPool(i % 4);
  await later((i * 7) % 90);
  await pool.dispose();
}

for (let i = 0; i < 8; i++) {
  const { problem, variables } = smallVae(3);
  const batch = (step: number) => {
    if (step === i % 4) throw new Error('stops here');
    return problem.batch(step);
  };
  await fit({ ...problem, batch, variables, optimizer: adam(1e-2), steps: 9, threads: 2 }).catch(() => {});
}

process.stdout.write('still here\n');
busyPool(50);
await later(Number(process.argv[2]));
process.exit(7);
