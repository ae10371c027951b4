// The network `mlp`: perceptrons on both sides.
import { fold } from '@flowvae/random';
import { mlp } from './network.ts';
import type { NetworkMaker } from './network-pair.ts';

/**
 * Encoder: dense layers of the widths `hidden`, `activation` after each. Decoder: the same widths in reverse, and a
 * linear layer of all outputs.
 */
export const perceptrons: NetworkMaker = (options) => {
  const { inputWidth, latent, conditionWidth = 0, shape, outputs, hidden, activation, initialisation, key } = options;
  const values = shape.reduce((product, size) => product * size, 1);
  const common = { activation, initialisation };
  return {
    encoder: mlp({ ...common, inputWidth: inputWidth + conditionWidth, hidden, key: fold(key, 'encoder') }),
    decoder: mlp({
      ...common,
      inputWidth: latent + conditionWidth,
      hidden: hidden.toReversed(),
      output: { width: outputs.perValue * values, bias: outputs.bias },
      key: fold(key, 'decoder'),
    }),
  };
};
