// Section `parts`: where the time of a training step goes.
import { tf } from 'flowvae';
import { bareProducts } from '../contenders/bare-products.ts';
import { compiledStep } from '../contenders/compiled-step.ts';
import { flowPass } from '../contenders/flow-alone.ts';
import { adamUpdate, batchAndNoise } from '../contenders/step-parts.ts';
import { runOf, tracedStep } from '../contenders/traced-step.ts';
import { type Candidate, measureInTurn, medianDuration } from '../measurement.ts';
import { HIDDEN, type Setting, shape } from '../setting.ts';
import type { Row, Section } from './section.ts';

const WARM_UP = 5;

export const parts: Section = {
  title: 'a training step and its parts, one thread',
  async run(options) {
    const rows: Row[] = [];
    for (const layers of options.layers ?? [0, 10, 40, 80]) {
      await tf.setBackend('cpu');
      const setting = { layers, hidden: HIDDEN, threads: 1 }; // Adam and batch, measured alone, have one

      const candidates = [
        compiledStep(setting),
        runOf('loss and gradients', await tracedStep(setting, true), {}),
        bareProducts(setting),
        ...(layers === 0 ? [] : [planarChain(setting)]),
        adamUpdate(setting),
        batchAndNoise(setting),
      ];
      const { rounds, steps: count } = options;
      const measured = await measureInTurn(candidates, { rounds, count, label: `parts, K = ${layers}` });
      rows.push({ setting, unit: 'ms', facts: {}, ...measured });
    }
    return rows;
  },
};

/** The flow and its gradients, by the compiler's own kernels. */
const planarChain = ({ layers, threads }: Setting): Candidate => ({
  name: 'planar chain',
  async start() {
    const pass = await flowPass(layers, shape.batch, threads);
    return { measure: (count) => medianDuration(pass.run, count, WARM_UP), close: pass.dispose };
  },
});
