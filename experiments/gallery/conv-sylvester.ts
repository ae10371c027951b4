// A convolutional VAE whose posterior is refined by orthogonal Sylvester flows: van den Berg et al. 2018,
// arXiv:1803.05649. Every part is one of the command's; the module fixes them under a name.
import { defineExperiment } from 'flowvae';

export default defineExperiment({
  options: { architecture: 'conv', flow: 'sylvester-o(8)*4', latent: 32, steps: 3000 },
});
