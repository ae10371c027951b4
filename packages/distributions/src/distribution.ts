// The abilities of a distribution are in its type: draw from given noise, score given points, or both.
import { drawNormal, drawUniform, type Key } from '@flowvae/random';
import type { Tensor1D, Tensor2D } from '@flowvae/tensor';

/** The noise that a sampler turns into draws: `width` independent standard normals or uniforms on [0, 1) a draw. */
export interface Noise {
  readonly kind: 'normal' | 'uniform';
  readonly width: number;
}

/** Fills an array with the kind of noise that a sampler takes. */
export function drawNoise(kind: Noise['kind'], key: Key, out: Float32Array): void {
  if (kind === 'normal') drawNormal(key, out);
  else drawUniform(key, out);
}

/** Draws with their log-density and its terms (`logBase`, `logDet`, …). */
export interface Draw {
  /** [B, D] */
  readonly z: Tensor2D;
  /** log q(z), [B], nats */
  readonly logProb: Tensor1D;
  /** Each [B], nats. */
  readonly terms: Readonly<Record<string, Tensor1D>>;
}

/** A distribution that can be drawn from. Randomness is an argument, so that a traced step contains none. */
export interface Samplable {
  readonly noise: Noise;
  /** @param noise [B, width], or [B·S, width] for S draws, one after the other, for each of the B rows of parameters */
  sampleAndLogProb(noise: Tensor2D): Draw;
  /** The same distribution with its parameters cut off from gradients. */
  detached(): this;
}

/** A distribution whose log-density can be computed anywhere. */
export interface Scorable {
  /**
   * @param z [B, D], or [B·S, D] for S points, one after the other, for each of the B rows of parameters → [B] or
   * [B·S], nats
   */
  logProb(z: Tensor2D): Tensor1D;
  /** The same distribution with its parameters cut off from gradients. */
  detached(): this;
}

/** A model's distribution of the observed data: it can be scored, drawn from and averaged. */
export interface Observation extends Samplable, Scorable {
  /**
   * log p(x_i) of every variable, for data with missing values; their sum over a row is `logProb` to rounding.
   *
   * @param x [B, P], or [1, P] scored against every row of parameters → [B, P], nats
   */
  logProbOfEach(x: Tensor2D): Tensor2D;
  /**
   * The ends of the visible range: a draw beyond an end is shown as the end. `logProb` at an end does not give the
   * probability of such draws, so they are no data of this distribution. Absent: every draw is shown unchanged.
   */
  readonly drawEnds?: readonly [least: number, most: number];
  /** E[x], [B, P], for pictures. */
  mean(): Tensor2D;
}
