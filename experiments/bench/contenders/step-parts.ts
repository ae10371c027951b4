// Parts of a training step besides its graph: the batch with its noise, and Adam.
import { FlatParameters } from 'flowvae';
import { carryOut } from '../compiler-parts.ts';
import { type Candidate, medianDuration } from '../measurement.ts';
import { problemOf, type Setting } from '../setting.ts';

const WARM_UP = 5;

/** Pictures, their binarisation, and the noise of the posterior. */
export const batchAndNoise = (setting: Setting): Candidate => ({
  name: 'batch and noise',
  async start() {
    const { problem, model } = await problemOf(setting);
    for (const variable of Object.values(model.variables)) variable.dispose();
    let step = 0;
    return {
      measure: (count) => medianDuration(() => void problem.batch(step++), count, WARM_UP),
      close: async () => {},
    };
  },
});

/** The update of all parameters in one thread, and the norm of the gradients that a step reports. */
export const adamUpdate = (setting: Setting): Candidate => ({
  name: 'Adam',
  async start() {
    const { model, optimizer } = await problemOf(setting);
    const parameters = new FlatParameters(model.variables, optimizer.slots);
    for (const variable of Object.values(model.variables)) variable.dispose();
    let step = 0;
    const update = () => {
      parameters.gradientNorm();
      carryOut(optimizer.updateAt({ step: step++ }), parameters);
    };
    return { measure: (count) => medianDuration(update, count, WARM_UP), close: async () => {} };
  },
});
