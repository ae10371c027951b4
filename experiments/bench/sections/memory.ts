// Section `memory`: the peak memory of a training run.
import { ownChild } from '../contenders/own-child.ts';
import { pythonPeers } from '../contenders/python-peers.ts';
import { measureInTurn } from '../measurement.ts';
import { HIDDEN } from '../setting.ts';
import { fewRounds, type Row, type Section, threadsOf } from './section.ts';

export const memory: Section = {
  title: 'peak memory of a training run, K = 80, each in a new process',
  async run(options) {
    const { steps: count } = options;
    const rows: Row[] = [];
    for (const threads of threadsOf(options)) {
      const setting = { layers: options.layers?.at(-1) ?? 80, hidden: HIDDEN, threads };
      const candidates = [
        ownChild('flowvae', 'memory.ts', setting, 'memory'),
        ...pythonPeers({ task: 'memory' }, setting, options, { who: ['pytorch', 'jax'], fresh: true }),
      ];
      const repetitions = { rounds: fewRounds(options), count, label: `memory, K = ${setting.layers}` };
      const measured = await measureInTurn(candidates, repetitions);
      rows.push({ setting: { ...setting, steps: count }, unit: 'MiB', facts: {}, ...measured });
    }
    return rows;
  },
};
