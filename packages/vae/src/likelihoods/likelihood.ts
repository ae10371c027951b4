// Likelihoods: they turn a decoder's outputs into p(x|z).
import type { ColumnLayout, Observation } from '@flowvae/distributions';
import type { ParamValues } from '@flowvae/flows';
import type { Tensor2D } from '@flowvae/tensor';
import type { Named, Observed } from '../rows/row-reading.ts';
import type { DataForm } from './data-form.ts';

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
  /** Whether the outputs of one variable lie side by side, [P, outputsPerPixel]; absent: [outputsPerPixel, P]. */
  readonly isByValue?: boolean;
  /** The columns of a table, for a likelihood that was made for them; they fix P. */
  readonly layout?: ColumnLayout;
  /** Names of the covariates that it uses, if the data have them. */
  readonly covariates?: readonly string[];
  /** The form of each of the P variables, if they differ. */
  readonly forms?: readonly DataForm[];
  /**
   * The start of training: a decoder bias [outputsPerPixel·P], and values of the likelihood's own variables. Among the
   * distributions with the data's mean, it takes the one with the fewest assumptions; densities of real numbers take
   * the deviation too.
   *
   * @param mean mean of the data [P] as the model sees them: standardised, if it does so; in [0, 1] except for real
   *   numbers and counts
   * @param deviation standard deviation of the same data [P]; left out: unknown
   */
  start(mean: Float32Array, deviation?: Float32Array): LikelihoodStart;
  /**
   * Decoder outputs [B, outputsPerPixel·P] → p(x|z) of x [B, P]
   *
   * @param named covariates, [B or 1, W] each; those that it uses and that are left out have a typical value
   */
  at(outputs: Tensor2D, params: LikelihoodParams, named?: Named): Observation;
  /** x [B, P] as an encoder should see it, such as log(1 + x) of counts; absent: x itself. */
  encoderView?(x: Tensor2D): Tensor2D;
  /** Covariates that it computes from a row where the data have none of their name. */
  derived?(observed: Observed, params: LikelihoodParams): Named;
}

/** Initial values. */
export interface LikelihoodStart {
  readonly bias: Float32Array;
  readonly params: ParamValues<Readonly<Record<string, readonly [number]>>>;
  /** Values of variables that training leaves as they are. */
  readonly fixed?: ParamValues<Readonly<Record<string, readonly [number]>>>;
}
