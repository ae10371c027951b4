// Section `steps`: a training step by flow length.
import { HIDDEN } from '../setting.ts';
import { type Row, type Section, threadsOf } from './section.ts';
import { stepRow } from './step-row.ts';

export const steps: Section = {
  title: 'a training step by flow length K',
  async run(options) {
    const rows: Row[] = [];
    for (const threads of threadsOf(options)) {
      for (const layers of options.layers ?? [0, 10, 40, 80]) {
        rows.push(await stepRow({ layers, hidden: HIDDEN, threads }, options));
      }
    }
    return rows;
  },
};
