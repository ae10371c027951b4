// Section `widths`: a training step by width of the hidden layers.
import { fewRounds, type Row, type Section, threadsOf } from './section.ts';
import { stepRow } from './step-row.ts';

export const widths: Section = {
  title: 'a training step by width of the hidden layers, K = 10',
  async run(options) {
    const rows: Row[] = [];
    for (const threads of threadsOf(options)) {
      for (const hidden of options.widths) {
        rows.push(
          await stepRow(
            { layers: options.layers?.at(-1) ?? 10, hidden, threads },
            { ...options, rounds: fewRounds(options) },
            { who: ['pytorch', 'jax'] },
          ),
        );
      }
    }
    return rows;
  },
};
