// TensorBoard's pictures and histograms at several steps of a run.
import type { DurableRun } from '@flowvae/runs';
import { parameterCount } from '@flowvae/tensor';
import type { Callback } from '@flowvae/training';
import { picturesOfData } from '../../report/pictures.ts';
import type { Experiment } from '../experiment.ts';
import { leaveMemory } from './left-memory.ts';

/** How often a run is pictured. */
const TIMES = 5;

/** Least number of steps from one picture to the next: a short run is shown at its end only. */
const LEAST_STEPS = 1000;

/** Steps from one picture to the next. */
export const pictureEvery = (steps: number): number => Math.max(LEAST_STEPS, Math.ceil(steps / TIMES));

/** Records samples, reconstructions and the distributions of parameters before the end, which has its own. */
export function stepPictures(parts: Experiment, run: DurableRun): Callback {
  const { steps } = parts.config;
  const every = pictureEvery(steps);
  const { variables } = parts.model;
  const isDue = (step: number) => step % every === 0 && step !== steps;
  return {
    needsStep: isDue,
    async onStep(moment) {
      const { step } = moment;
      if (!isDue(step)) return;
      await moment.writeVariables();
      // not the moment's state, a copy of the optimiser's arrays too
      const values = Object.entries(variables).map(([name, variable]) => [name, variable.dataSync<'float32'>()]);
      run.recordParameters({ step, parameters: Object.fromEntries(values) });
      for (const { name, draw } of await picturesOfData(parts)) run.recordImage(name, step, draw({}));
      await leaveMemory(parameterCount(variables));
    },
  };
}
