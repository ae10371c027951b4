// A learnt mixture of normals as the prior.
import { normalMixture } from '@flowvae/distributions';
import type { Prior } from '@flowvae/flows';
import { drawNormal, fold, type Key } from '@flowvae/random';
import { type Tensor2D, tf, type Variable } from '@flowvae/tensor';

/** Options of {@link mixturePrior}. */
export interface MixturePriorOptions {
  /** Width D of the latent. */
  readonly latent: number;
  /** Components K. */
  readonly components: number;
  /** Decides the initial means. */
  readonly key: Key;
}

/** Share of the variance 1 in which the means of the components begin; the components have the rest. */
const BETWEEN = 0.5;

/**
 * Mixture prior: p(z) = Σ_k π_k·N(z; μ_k, diag σ_k²), with logits, means and log σ as variables.
 *
 * Starts with equal weights, means drawn from N(0, ½ I) and variances ½: nearly N(0, I) for many components. Draws take
 * noise [B, D + 2]: two columns choose the component, which has no gradient. `settled` takes exact distances.
 */
export function mixturePrior({ latent, components, key }: MixturePriorOptions): Prior {
  const size = components * latent;
  const means = drawNormal(fold(key, 'means'), size).map((value) => Math.sqrt(BETWEEN) * value);
  const variables = {
    logits: variableOf(new Float32Array(components), [1, components]),
    mean: variableOf(means, [components, latent]),
    logStd: variableOf(new Float32Array(size).fill(0.5 * Math.log(1 - BETWEEN)), [components, latent]),
  };
  const params = variables as unknown as Readonly<Record<keyof typeof variables, Tensor2D>>;
  const exact = () => ({ variables, distribution: normalMixture(params, { distances: 'differences' }) });
  return { variables, distribution: normalMixture(params), settled: exact };
}

const variableOf = (values: Float32Array, shape: [number, number]): Variable =>
  tf.tidy(() => tf.variable(tf.tensor2d(values, shape)));
