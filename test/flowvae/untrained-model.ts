// A model of a tiny config whose every parameter differs from its start, as after training.
import { completeConfig, type DataDescription, type PortableModel, planOf, type TrainConfig } from 'flowvae';
import { modelOf } from '../../packages/flowvae/src/run/experiment.ts';
import { shaken } from './shaken.ts';
import { tinySettings } from './tiny-run.ts';

const data: DataDescription = { shape: [6, 5, 1], form: 'levels', hasMissing: false };

export function untrainedModel(changes: Partial<TrainConfig> = {}): PortableModel {
  const { hidden, ...others } = tinySettings;
  const widths = changes.architecture === undefined ? { hidden } : {}; // published networks have their own
  const config = completeConfig({ ...others, ...widths, ...changes });
  const plan = planOf(config, data);
  const model = modelOf(plan);
  shaken(model.variables);
  return { config: plan.config, data, model };
}
