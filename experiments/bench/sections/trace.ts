// Section `trace`: the time until a training step can run.
import { ownChild } from '../contenders/own-child.ts';
import { pythonPeers } from '../contenders/python-peers.ts';
import { measureInTurn } from '../measurement.ts';
import { HIDDEN } from '../setting.ts';
import { fewRounds, type Row, type Section, threadsOf } from './section.ts';

export const trace: Section = {
  title: 'tracing and creating a session, each in a new process',
  async run(options) {
    const rows: Row[] = [];
    const threads = threadsOf(options).at(-1)!;
    for (const layers of options.layers ?? [0, 10, 80]) {
      const setting = { layers, hidden: HIDDEN, threads };
      const label = `trace, K = ${layers}`;
      const ours = [
        ownChild('flowvae', 'start-up.ts', setting, 'session'),
        ownChild('flowvae, trace alone', 'start-up.ts', setting, 'trace'),
        ownChild('flowvae, fit to its first step', 'start-up.ts', setting, 'first step'),
      ];
      const peers = pythonPeers({ task: 'setup' }, setting, options, { who: ['compile', 'jax'], fresh: true });
      const measured = await measureInTurn([...ours, ...peers], { rounds: fewRounds(options), count: 1, label });
      rows.push({ setting, unit: 'ms', facts: {}, ...measured });
    }
    return rows;
  },
};
