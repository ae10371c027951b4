// Section `checkpoint`: a model to disk and back.
import { tf } from 'flowvae';
import { modelFile } from '../contenders/model-file.ts';
import { pythonPeers } from '../contenders/python-peers.ts';
import { measureInTurn } from '../measurement.ts';
import { HIDDEN } from '../setting.ts';
import { type Row, type Section, threadsOf } from './section.ts';

/** Enough for a median of something that waits for a disk. */
const MOST_FILES = 10;

export const checkpoint: Section = {
  title: 'the parameters of a model with K = 80 to a file and back',
  async run(options) {
    await tf.setBackend('cpu');
    const { rounds, steps } = options;
    const setting = { layers: options.layers?.at(-1) ?? 80, hidden: HIDDEN, threads: threadsOf(options).at(-1)! };
    const rows: Row[] = [];
    for (const direction of ['save', 'load'] as const) {
      const candidates = [
        modelFile(setting, direction),
        ...pythonPeers({ task: direction }, setting, options, { who: ['pytorch'] }),
      ];
      const repetitions = { rounds, count: Math.min(steps, MOST_FILES), label: direction };
      const measured = await measureInTurn(candidates, repetitions);
      rows.push({ setting: { ...setting, direction }, unit: 'ms', facts: {}, ...measured });
    }
    return rows;
  },
};
