// Every likelihood that can be named, as data. To add one: its distribution in a file of @flowvae/distributions, and a row.
import { bernoulli, gaussian } from '@flowvae/distributions';
import { tf } from '@flowvae/tensor';
import { clippedMean, logitOfMean } from './initial-outputs.ts';
import type { Likelihood, LikelihoodStart } from './likelihood.ts';

/** The number that a name may carry in parentheses. */
export interface LikelihoodArgument {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/** A row: the argument that may be given, and what it makes; without the argument a default. */
interface LikelihoodRow {
  readonly argument?: LikelihoodArgument;
  readonly make: (argument?: number) => Omit<Likelihood, 'name'>;
}

/** A start without variables of its own. */
const biasOnly = (bias: Float32Array): LikelihoodStart => ({ bias, params: {} });

export const likelihoodTable: Readonly<Record<string, LikelihoodRow>> = {
  bernoulli: {
    make: () => ({
      data: 'bits',
      outputsPerPixel: 1,
      start: (mean) => biasOnly(mean.map(logitOfMean)),
      at: (logits) => bernoulli({ logits }),
    }),
  },
  gaussian: {
    argument: { name: 'scale', from: 1e-3, to: 1e3, isWhole: false },
    make: (scale) => ({
      data: 'grey',
      outputsPerPixel: 1,
      start: (mean) => ({ bias: mean, params: scale === undefined ? { logStd: Float32Array.of(widest(mean)) } : {} }),
      at: (mean, { logStd }) => gaussian({ mean, logStd: logStd ?? tf.tensor2d([[Math.log(scale!)]]) }),
    }),
  },
};

/** log of the largest root mean square deviation that values in [0, 1] with these means can have: each 0 or 1. */
function widest(mean: Float32Array): number {
  const variance = mean.reduce((sum, m) => sum + clippedMean(m) * (1 - clippedMean(m)), 0) / mean.length;
  return 0.5 * Math.log(variance);
}
