// A VAE with two stochastic layers, plain or as a ladder: Sønderby et al. 2016, arXiv:1602.02282. The report shows the
// divergence of each layer.
import { defineExperiment, parseInvertibleFlow, twoLayerVae, z } from 'flowvae';

export default defineExperiment({
  settings: {
    kind: z.enum(['ladder', 'plain']).default('ladder').describe('top-down with precision weights, or bottom-up'),
    top: z.number().int().min(1).default(10).describe('width of the upper latent'),
  },
  options: { latent: 30, hidden: [300, 300], flow: 'planar*4', steps: 3000 },
  model: ({ pixels, start, key, settings: { kind, top }, config, plan: { likelihood } }) =>
    twoLayerVae({
      pixels,
      latents: [config.latent, top],
      hidden: config.hidden,
      activation: config.activation,
      likelihood,
      kind,
      flows: [flowOf(config.flow, config.latent), flowOf(config.flow, top)],
      key,
      ...start,
    }),
});

const flowOf = (formula: string, dim: number) => (formula === 'none' ? undefined : parseInvertibleFlow(formula, dim));
