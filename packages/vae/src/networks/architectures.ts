// Networks of published experiments, as the part of `mlpVae`'s options that describes them.
import type { MlpVaeOptions } from '../models/mlp-vae.ts';

type Architecture = Required<Pick<MlpVaeOptions, 'hidden' | 'activation' | 'initialisation' | 'scale'>>;

const oxfordLayers = {
  hidden: [400, 400, 400],
  activation: ['relu', 'linear', 'linear'],
  initialisation: 'torch',
} as const;

/**
 * Each with dense layers that start as torch's do, and without a bias that knows the mean image.
 * - `oxford`: 784-400 ReLU-400 linear-400 linear-heads, decoder the same way back, σ² = softplus: the network of an
 *   independent reproduction of Rezende & Mohamed 2015 (andrehuang/normalizing-flows-reproduce at acd3c62), whose
 *   training curves are published
 * - `oxford-bounded`: the same with σ² between 1e-4 and 5, a line that the published code has as a comment and its
 *   curves were made with: only with it does PyTorch give their first 20 epochs
 * - `maxout`: two layers of 1600 units, maxima over windows of 4, on either side (Rezende & Mohamed 2015, section 6,
 *   which leaves open how many layers and how σ is parametrised: softplus as above)
 * - `pythae`: 784-400 ReLU-heads, decoder 40-400 ReLU-784, log σ² (the VAE of pythae's re-run table, benchmark_VAE at
 *   6419e21)
 * - `pythae-deep`: the same with a second layer, 400 ReLU, on either side, which the published script has as comments
 */
export const architectures = {
  oxford: { ...oxfordLayers, scale: 'softplusVariance' },
  'oxford-bounded': { ...oxfordLayers, scale: 'boundedVariance' },
  maxout: { hidden: [400, 400], activation: 'maxout', initialisation: 'torch', scale: 'softplusVariance' },
  pythae: { hidden: [400], activation: 'relu', initialisation: 'torch', scale: 'logVariance' },
  'pythae-deep': { hidden: [400, 400], activation: 'relu', initialisation: 'torch', scale: 'logVariance' },
} as const satisfies Readonly<Record<string, Architecture>>;

/** A name among {@link architectures}. */
export type ArchitectureName = keyof typeof architectures;
