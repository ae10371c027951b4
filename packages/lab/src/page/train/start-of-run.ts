// The run beside the page as the start of a training.
import { decodeSafetensors } from '@flowvae/tensor/plain';
import { type LabRun, runFiles } from '../../lab-run.ts';
import type { TrainSettings } from '../../worker/training-messages.ts';
import { readBeside } from '../parts/beside.ts';

/** Settings and parameters of a run. @throws Error for a model that this room does not train */
export async function startOf({ model }: LabRun): Promise<{
  readonly settings: Partial<TrainSettings>;
  readonly values: Readonly<Record<string, Float32Array>>;
}> {
  const isPlain = (model.networks ?? 'mlp') === 'mlp' && model.prior === undefined;
  const { activation, amortize, heads, scale } = model;
  const isUsual = String(activation) === 'relu' && amortize === 'flow' && heads === 'scaled' && scale === undefined;
  const isBernoulli = model.likelihood === undefined || ['auto', 'bernoulli'].includes(model.likelihood);
  if (!isPlain || !isUsual || !isBernoulli || model.pixels !== 784) {
    throw new Error(
      'This room trains perceptrons with ReLU and a normal prior on binary digits; the run is another model.',
    );
  }
  const { tensors } = decodeSafetensors(await readBeside(runFiles.parameters), runFiles.parameters);
  return {
    settings: { flow: model.flow ?? 'none', latent: model.latent, hidden: model.hidden },
    values: Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values])),
  };
}
