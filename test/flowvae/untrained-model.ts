// A model of a tiny config whose every parameter differs from its start, as after training.
import { normal } from '@flowvae/random';
import { completeConfig, fold, key, type NamedVariables, type PortableModel, type TrainConfig, tf } from 'flowvae';
import { modelOf } from '../../packages/flowvae/src/experiment.ts';
import { tinySettings } from './tiny-run.ts';

const imageSize = { height: 6, width: 5 };

/** Moves each variable by N(0, 0.1²), from a key and its name. */
export function shaken<V extends NamedVariables>(variables: V): V {
  for (const [name, variable] of Object.entries(variables)) {
    const by = normal(fold(key(9), name), variable.size).map((draw) => 0.1 * draw);
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(by, variable.shape))));
  }
  return variables;
}

export function untrainedModel(changes: Partial<TrainConfig> = {}): PortableModel {
  const { hidden, ...others } = tinySettings;
  const widths = changes.architecture === undefined ? { hidden } : {}; // published networks have their own
  const config = completeConfig({ ...others, ...widths, ...changes });
  const model = modelOf(config, imageSize);
  shaken(model.variables);
  return { config, ...imageSize, model };
}
