// Section `lowerings`: operations that the compiler makes of other operators than their plain ones, because that is
// faster.
import { operations, runOfGraph } from '../contenders/lowered.ts';
import { measureInTurn } from '../measurement.ts';
import { shape } from '../setting.ts';
import { OURS, type Row, type Section } from './section.ts';

export const lowerings: Section = {
  title: 'operations lowered in a cheaper way, alone, one thread',
  async run({ rounds, steps: count, threads: given }) {
    const rows: Row[] = [];
    const threads = given?.at(-1) ?? 1;
    for (const [operation, { ours, plain }] of Object.entries(operations)) {
      const candidates = [runOfGraph(OURS, ours, threads), runOfGraph('plain lowering', plain, threads)];
      const measured = await measureInTurn(candidates, { rounds, count, label: operation });
      const setting = { operation, rows: shape.batch, columns: shape.pixels, threads };
      rows.push({ setting, unit: 'µs', facts: {}, ...measured });
    }
    return rows;
  },
};
