// The same step as plain TensorFlow.js would run it: `optimizer.minimize` on one of its JavaScript or wasm backends.
import { type EagerBackend, type Tensor, tf, type Variable } from 'flowvae';
import { type Contender, medianDuration, problemOf, type Setting } from './setting.ts';

/** @throws whatever the backend throws where it lacks a kernel of this model */
export async function eagerStep(setting: Setting, backend: EagerBackend): Promise<Contender> {
  await tf.setBackend(backend);
  const { problem, model } = problemOf(setting);
  const variables: Variable[] = Object.values(model.variables);
  const optimizer = tf.train.adam(1e-3);
  let done = 0;
  const step = () => {
    const arrays = problem.batch(done++);
    tf.tidy(() => {
      const inputs = Object.entries(problem.inputShapes).map(
        ([name, size]) => [name, tf.tensor(arrays[name]!, [...size])] as const,
      );
      const loss = () => problem.loss(Object.fromEntries<Tensor>(inputs)).loss;
      optimizer.minimize(loss, true, variables)!.dataSync();
    });
  };
  return {
    name: `tfjs eager, ${backend}`,
    async measure(steps) {
      await tf.setBackend(backend);
      return medianDuration(step, steps, 1);
    },
    async close() {
      optimizer.dispose();
      for (const variable of variables) variable.dispose();
    },
  };
}
