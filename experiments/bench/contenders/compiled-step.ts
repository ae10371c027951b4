// The whole training step as `fit` runs it: batch, loss and gradients on ONNX Runtime, optimiser.
import { fit } from 'flowvae';
import type { Candidate } from '../measurement.ts';
import { problemOf, type Setting } from '../setting.ts';

/** `fit` leaves this many steps out of its median. */
const WARM_UP = 20;

export const compiledStep = (setting: Setting): Candidate => ({
  name: 'flowvae',
  async start() {
    const { problem, model, optimizer } = await problemOf(setting);
    const { variables } = model;
    const { threads } = setting;
    return {
      measure: async (count) =>
        (await fit({ ...problem, variables, optimizer, steps: count + WARM_UP, threads })).msPerStep,
      close: async () => {
        for (const variable of Object.values(variables)) variable.dispose();
      },
    };
  },
});
