// A model of a tiny config whose every parameter differs from its start, as after training.
import { completeConfig, type DataDescription, type PortableModel, planOf, type TrainConfig } from 'flowvae';
import { modelOf } from '../../packages/flowvae/src/run/experiment.ts';
import { shaken } from './shaken.ts';
import { tinySettings } from './tiny-run.ts';

const data: DataDescription = { shape: [6, 5, 1], form: 'levels', hasMissing: false };

/** Two numbers far from 0, a category of three classes, and a bit. */
const table: DataDescription = {
  shape: [6],
  form: 'columns',
  range: [-2000, 300],
  hasMissing: true,
  columns: [
    { name: 'size', kind: 'number', at: 0, width: 1, classes: [] },
    { name: 'weight', kind: 'number', at: 1, width: 1, classes: [] },
    { name: 'colour', kind: 'category', at: 2, width: 3, classes: ['blue', 'green', 'red'] },
    { name: 'spotted', kind: 'bit', at: 5, width: 1, classes: [] },
  ],
};

/** Units of the table's columns. */
const units = { mean: Float32Array.of(-1000, 250, 0, 0, 0, 0), scale: Float32Array.of(300, 20, 1, 1, 1, 1) };

/** A model of a table, as after training: its numbers are standardised, and values may be missing. */
export function untrainedTable(changes: Partial<TrainConfig> = {}, description = table): PortableModel {
  const { binarize: _, ...settings } = tinySettings;
  const plan = planOf(completeConfig({ ...settings, data: 'table.csv', ...changes }), description);
  const start = plan.config.standardize === 'no' ? {} : { standardisation: units };
  const model = modelOf(plan, start);
  shaken(Object.fromEntries(Object.entries(model.variables).filter(([name]) => !name.startsWith('data/'))));
  return { config: plan.config, data: description, model };
}

/** The same columns in data of numbers only, without missing values. */
export const wholeNumbers: DataDescription = { shape: [6], form: 'real', range: [-2000, 300], hasMissing: false };

/** The table without missing values. */
export const wholeTable: DataDescription = { ...table, hasMissing: false };

export function untrainedModel(changes: Partial<TrainConfig> = {}): PortableModel {
  const { hidden, ...others } = tinySettings;
  const widths = changes.architecture === undefined ? { hidden } : {}; // published networks have their own
  const config = completeConfig({ ...others, ...widths, ...changes });
  const plan = planOf(config, data);
  const model = modelOf(plan);
  shaken(model.variables);
  return { config: plan.config, data, model };
}
