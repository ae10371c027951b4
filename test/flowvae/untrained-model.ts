// A model of a tiny config whose every parameter differs from its start, as after training.
import { completeConfig, type PortableModel, type TrainConfig } from 'flowvae';
import { modelOf } from '../../packages/flowvae/src/run/experiment.ts';
import { shaken } from './shaken.ts';
import { tinySettings } from './tiny-run.ts';

const imageSize = { height: 6, width: 5 };

export function untrainedModel(changes: Partial<TrainConfig> = {}): PortableModel {
  const { hidden, ...others } = tinySettings;
  const widths = changes.architecture === undefined ? { hidden } : {}; // published networks have their own
  const config = completeConfig({ ...others, ...widths, ...changes });
  const model = modelOf(config, imageSize);
  shaken(model.variables);
  return { config, ...imageSize, model };
}
