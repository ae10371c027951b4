// Likelihoods: they turn a decoder's outputs into p(x|z).
import type { Observation } from '@flowvae/distributions';
import type { ParamValues } from '@flowvae/flows';
import type { Tensor2D } from '@flowvae/tensor';
import type { DataForm } from './likelihood-table.ts';

/** Variables of a likelihood's own, such as a scale, by name; each [1, n]. */
export type LikelihoodParams = Readonly<Record<string, Tensor2D>>;

/**
 * A family of distributions of data, one for each row of decoder outputs. It holds no tensors: it gets the values of
 * its own variables.
 */
export interface Likelihood {
  /** The likelihood's text, e.g. `gaussian(0.1)`. */
  readonly name: string;
  readonly data: DataForm;
  /** Decoder outputs for each of the P observed variables. */
  readonly outputsPerPixel: number;
  /**
   * The start of training: a decoder bias [outputsPerPixel·P], and values of the likelihood's own variables. Among the
   * distributions with the data's mean, it takes the one with the fewest assumptions.
   *
   * @param mean mean of the data [P], in [0, 1]
   */
  start(mean: Float32Array): LikelihoodStart;
  /** Decoder outputs [B, outputsPerPixel·P] → p(x|z) of x [B, P] */
  at(outputs: Tensor2D, params: LikelihoodParams): Observation;
}

/** Initial values. */
export interface LikelihoodStart {
  readonly bias: Float32Array;
  readonly params: ParamValues<Readonly<Record<string, readonly [number]>>>;
}
