// Section `nodes`: operators in a training step's graph by flow, with passes of the compiler left out. Counted, not
// timed: the same on every machine.
import { nodesOf, tracedStep } from '../contenders/traced-step.ts';
import { measureInTurn } from '../measurement.ts';
import { HIDDEN } from '../setting.ts';
import { eachLeftOut } from './passes.ts';
import type { Row, Section } from './section.ts';

/** A plain VAE, our own kernel, layers one by one, couplings, splines: graphs for every pass. */
const flows = ['none', 'planar*10', 'radial*10', 'realnvp*16', 'iaf*4', 'sylvester-h(8)*4', 'spline*2'] as const;

export const nodes: Section = {
  title: 'operators of a training step by flow, with passes of the compiler left out',
  async run() {
    const rows: Row[] = [];
    for (const flow of flows) {
      const step = await tracedStep({ flow, layers: 0, hidden: HIDDEN, threads: 1 }, true);
      const candidates = eachLeftOut((name, without) => nodesOf(name, step, without));
      const measured = await measureInTurn(candidates, { rounds: 1, count: 1, label: `nodes, ${flow}` });
      rows.push({ setting: { flow, hidden: HIDDEN }, unit: 'nodes', facts: {}, ...measured });
    }
    return rows;
  },
};
