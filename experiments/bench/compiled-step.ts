// The whole training step as `fit` runs it: batch, one ONNX graph with loss and gradients, optimiser.
import { fit } from 'flowvae';
import { type Contender, problemOf, type Setting } from './setting.ts';

/** `fit` leaves this many steps out of its median. */
const WARM_UP = 20;

export function compiledStep(setting: Setting): Contender {
  const { problem, model, optimizer } = problemOf(setting);
  return {
    name: 'flowvae compiled',
    async measure(steps) {
      const { variables } = model;
      const { msPerStep } = await fit({
        ...problem,
        variables,
        optimizer,
        steps: steps + WARM_UP,
        threads: setting.threads,
      });
      return msPerStep;
    },
    close: async () => {},
  };
}
