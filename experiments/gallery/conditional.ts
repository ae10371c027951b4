// A conditional VAE of MNIST, p(x|y): encoder, decoder and prior are given the digit. `flowvae sample <run> --label 3`
// draws threes. Sohn et al. 2015, "Learning Structured Output Representation using Deep Conditional Generative Models".
import { defineExperiment } from 'flowvae';

export default defineExperiment({
  options: { condition: 'y', conditionalPrior: 'yes', flow: 'planar*4', latent: 16, hidden: [300, 300], steps: 3000 },
});
