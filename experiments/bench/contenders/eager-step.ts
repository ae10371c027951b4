// The same step as plain TensorFlow.js would run it: `optimizer.minimize` on one of its backends.
import { type Tensor, tf, type Variable } from 'flowvae';
import { type Candidate, medianDuration } from '../measurement.ts';
import type { Options } from '../options.ts';
import { problemOf, type Setting } from '../setting.ts';
import { type Backend, startBackend } from './eager-backends.ts';

export const eagerStep = (setting: Setting, backend: Backend, options: Options): Candidate => ({
  name: `tfjs eager, ${backend.name}`,
  async start() {
    await startBackend(backend, setting, options);
    const { problem, model } = await problemOf(setting);
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
      measure: (count) => medianDuration(step, Math.min(count, backend.mostSteps), 1),
      async close() {
        optimizer.dispose();
        for (const variable of variables) variable.dispose();
        await tf.setBackend('cpu');
      },
    };
  },
});
