// Table 2 and figure 4 of Rezende & Mohamed 2015.
import { checkVae } from '../reproduce/check-run.ts';
import type { Experiment } from '../reproduce/experiment.ts';
import type { VaeEntry } from '../reproduce/vae-entry.ts';
import { vaeResult } from '../reproduce/vae-result.ts';
import { runVae } from '../reproduce/vae-run.ts';
import { entries } from './config.ts';
import { draw } from './figure.ts';
import { table } from './table.ts';
import { verdicts } from './verdicts.ts';

export const table2: Experiment<VaeEntry> = {
  name: 'table2',
  title: 'MNIST: bound, KL and −ln p(x) by flow and length (table 2, figure 4)',
  schema: vaeResult,
  entries,
  run: runVae,
  check: checkVae,
  table,
  verdicts,
  draw,
};
