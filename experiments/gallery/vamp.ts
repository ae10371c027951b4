// The VampPrior of Tomczak & Welling 2018, arXiv:1705.07120: a mixture of the posteriors of trained pseudo-inputs.
import { defineExperiment } from 'flowvae';

export default defineExperiment({
  options: { prior: 'vamp(500)', flow: 'none', latent: 40, hidden: [300, 300], steps: 10_000 },
});
