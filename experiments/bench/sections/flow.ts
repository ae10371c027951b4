// Section `flow`: a planar chain alone.
import { tf } from 'flowvae';
import { flowPass } from '../contenders/flow-alone.ts';
import { pythonPeers } from '../contenders/python-peers.ts';
import { spreadFlow } from '../contenders/spread-flow.ts';
import { type Candidate, measureInTurn, medianDuration } from '../measurement.ts';
import { HIDDEN, shape } from '../setting.ts';
import { OURS, type Row, type Section } from './section.ts';

const WARM_UP = 5;

export const flow: Section = {
  title: 'a chain of 80 planar layers alone, forward and backward',
  async run(options) {
    const { rounds, steps: count } = options;
    const rows: Row[] = [];
    for (const threads of options.threads ?? [1, 2]) {
      await tf.setBackend('cpu');
      const layers = options.layers?.at(-1) ?? 80;
      const ours =
        threads === 1
          ? [oneSession(OURS, layers, 1)]
          : [spreadFlow(OURS, layers, threads), oneSession('flowvae, one session', layers, threads)];
      const candidates = [...ours, ...pythonPeers({ task: 'flow' }, { layers, hidden: HIDDEN, threads }, options)];
      const measured = await measureInTurn(candidates, { rounds, count, label: `flow, threads ${threads}` });
      const setting = { layers, latent: shape.latent, batch: shape.batch, threads };
      rows.push({ setting, unit: 'ms', facts: {}, ...measured });
    }
    return rows;
  },
};

/** With several threads, the session shares the operators one by one. */
const oneSession = (name: string, layers: number, threads: number): Candidate => ({
  name,
  async start() {
    const pass = await flowPass(layers, shape.batch, threads);
    return { measure: (count) => medianDuration(pass.run, count, WARM_UP), close: pass.dispose };
  },
});
