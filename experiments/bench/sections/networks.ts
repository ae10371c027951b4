// Section `networks`: a training step of VAEs with convolutions, without a flow.
import { bareConvolutions, convolutionGigaflop, convolutionsOf } from '../contenders/bare-convolutions.ts';
import { compiledStep } from '../contenders/compiled-step.ts';
import { pythonPeers } from '../contenders/python-peers.ts';
import { measureInTurn } from '../measurement.ts';
import { HIDDEN } from '../setting.ts';
import { fewRounds, type Row, type Section, threadsOf } from './section.ts';

export const networks: Section = {
  title: 'a training step by network for pictures, no flow',
  async run(options) {
    const rows: Row[] = [];
    for (const threads of threadsOf(options)) {
      for (const architecture of options.architectures) {
        const setting = { layers: 0, hidden: HIDDEN, threads, architecture };
        const nodes = await convolutionsOf(setting);
        const peers = pythonPeers({ task: 'step' }, setting, options, { who: ['pytorch', 'compile'] });
        const candidates = [compiledStep(setting), bareConvolutions(nodes), ...peers];
        const label = `${architecture}, threads ${threads}`;
        const measured = await measureInTurn(candidates, { rounds: fewRounds(options), count: options.steps, label });
        const facts = { gigaflop: threads * convolutionGigaflop(nodes) };
        rows.push({ setting: { architecture, threads }, unit: 'ms', facts, ...measured });
      }
    }
    return rows;
  },
};
