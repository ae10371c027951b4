// All experiments of the paper. To add one: a folder and a row.
import { fig3 } from '../fig3/experiment.ts';
import { pythaeBaseline } from '../pythae-baseline/experiment.ts';
import { sylvester } from '../sylvester/experiment.ts';
import { table2 } from '../table2/experiment.ts';
import type { Experiment } from './experiment.ts';

export const experiments: Readonly<Record<string, Experiment>> = Object.fromEntries(
  [fig3, table2, pythaeBaseline, sylvester].map((each) => [each.name, each as unknown as Experiment]),
);
