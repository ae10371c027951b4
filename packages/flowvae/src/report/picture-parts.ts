// Words and values that pictures share.
import { staysGrey } from '@flowvae/datasets/plain';
import { type Tensor, tf } from '@flowvae/tensor';
import type { TrainConfig } from '../config/settings.ts';

/** Part of a title; titles omit the Bernoulli likelihood. */
export const likelihoodIn = ({ likelihood }: TrainConfig) => (likelihood === 'bernoulli' ? '' : `, ${likelihood}`);

/** Part of a title; data that are not binarised have none. */
export const binarisationIn = ({ binarize }: Pick<TrainConfig, 'binarize'>) =>
  binarize === 'auto' || staysGrey(binarize) ? '' : `, ${binarize} binarisation`;

/** Runs a function of captured tensors and reads its result. */
export function read(fn: () => Tensor): Float32Array {
  const result = tf.tidy(fn);
  const values = result.dataSync<'float32'>();
  result.dispose();
  return values;
}
