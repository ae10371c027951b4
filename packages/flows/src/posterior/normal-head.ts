// The heads of a diagonal normal: the map from a linear layer's output to the deviation, and the start of both.
import { type DiagonalNormal, diagonalNormal } from '@flowvae/distributions';
import { fold, type Key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { logSoftplus } from '../algebra/log-softplus.ts';
import type { ParamShapes, Params } from '../flow.ts';
import { type Initialisation, initialisations } from './initialisation.ts';
import { amortised, free, type ParameterSource } from './parameter-source.ts';

/** The meaning of a head's output r. */
interface Scale {
  /** Name of the head's variables. */
  readonly parameter: string;
  logStd(r: Tensor2D): Tensor2D;
  /** The output at which log σ is a value. */
  outputAt(logStd: number): number;
}

/** The r whose softplus is σ². */
const rawVarianceAt = (logStd: number) => Math.log(Math.expm1(Math.exp(2 * logStd)));

/** σ² = softplus(r), clipped; outside the bounds r has no gradient. */
const clippedSoftplus = (least: number, most: number): Scale => ({
  parameter: 'rawVariance',
  logStd: (r) => tf.mul(tf.clipByValue(logSoftplus(r), Math.log(least), Math.log(most)), 0.5),
  outputAt: rawVarianceAt,
});

/**
 * Deviations σ of outputs r.
 * - `'logStd'`: σ = e^r
 * - `'logVariance'`: σ² = e^r
 * - `'softplusVariance'`: σ² = softplus(r)
 * - `'boundedVariance'`: σ² = softplus(r), clipped to [1e-4, 5]; outside, r has no gradient. While β of Rezende &
 *   Mohamed's eq. 20 is small, entropy counts more than the data, and an unbounded variance grows to about 40 before
 *   the data are learnt. A variance at the bound leaves it only when the features change. The published code of the
 *   Oxford reproduction has these bounds as a comment (andrehuang/normalizing-flows-reproduce, models/VAE.py)
 * - `'clippedVariance'`: σ² = softplus(r), clipped to [0.01, 7], as in the models of grey values of van den Berg et al.
 *   2018 (riannevdberg/sylvester-flows at 32dde9b, models/VAE.py)
 */
const scales = {
  logStd: { parameter: 'logStd', logStd: (r) => r, outputAt: (logStd) => logStd },
  logVariance: { parameter: 'logVariance', logStd: (r) => tf.mul(r, 0.5), outputAt: (logStd) => 2 * logStd },
  softplusVariance: {
    parameter: 'rawVariance',
    logStd: (r) => tf.mul(logSoftplus(r), 0.5),
    outputAt: rawVarianceAt,
  },
  boundedVariance: clippedSoftplus(1e-4, 5),
  clippedVariance: clippedSoftplus(0.01, 7),
} as const satisfies Readonly<Record<string, Scale>>;

/** How a deviation is parametrised. */
type NormalScale = keyof typeof scales;

/** All names that {@link NormalHead.scale} takes. */
export const normalScales = Object.keys(scales) as readonly NormalScale[];

/** A diagonal normal's parametrisation and start. */
export interface NormalHead {
  /** Default `'logStd'`. */
  readonly scale?: NormalScale;
  /** Default `'glorot'`, with biases at μ = 0 and log σ = −1; `'torch'` draws the biases too. */
  readonly initialisation?: Initialisation;
}

/** The source of a normal's parameters, and the normal with these parameters. */
interface NormalSource extends ParameterSource<ParamShapes> {
  normalOf(params: Params<ParamShapes>): DiagonalNormal;
}

/** Options of {@link normalHead}. */
interface NormalHeadOptions extends NormalHead {
  readonly latent: number;
  readonly contextWidth: number;
  readonly isAmortised: boolean;
  readonly key: Key;
}

/**
 * log σ of the base at the start. With σ = 1, a decoder whose bias already explains the mean image sees only noise in
 * z; the KL term closes the channel within a few steps, and training can stay on this plateau for thousands of steps. A
 * narrow start keeps the channel open until the decoder has learnt to use it.
 */
const INITIAL_LOG_STD = -1;

/** N(μ(h), diag σ²(h)), h the encoder's features [B, C]; or with free μ and σ. */
export function normalHead(options: NormalHeadOptions): NormalSource {
  const { scale: scaleName = 'logStd', initialisation = 'glorot', latent, contextWidth, isAmortised, key } = options;
  const scale: Scale = scales[scaleName];
  const start = initialisations[initialisation];
  const drawnBias = (name: string) => start.bias(fold(key, name), contextWidth, latent);
  const values =
    initialisation === 'glorot'
      ? {
          mean: new Float32Array(latent),
          [scale.parameter]: new Float32Array(latent).fill(scale.outputAt(INITIAL_LOG_STD)),
        }
      : { mean: drawnBias('mean'), [scale.parameter]: drawnBias(scale.parameter) };
  const shapes = { mean: [latent], [scale.parameter]: [latent] };
  const kernel = (width: number, size: number, name: string) => start.kernel(fold(key, name), width, size);
  const source = isAmortised ? amortised(shapes, values, { contextWidth, kernel }) : free(shapes, values);
  return {
    ...source,
    normalOf: (params) =>
      diagonalNormal({
        mean: params.mean as Tensor2D,
        logStd: scale.logStd(params[scale.parameter] as Tensor2D),
      }),
  };
}
