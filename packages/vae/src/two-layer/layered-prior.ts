// The prior of a hierarchy of two latents: p(z1, z2) = p(z2)·p(z1|z2).
import { type DiagonalNormal, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import { flowPosterior, flowPrior, type InvertibleFlow, type Prior } from '@flowvae/flows';
import { fold, type Key } from '@flowvae/random';
import { ExpectationError, type Tensor1D, type Tensor2D, tf, underPrefixes } from '@flowvae/tensor';
import { type MlpOptions, mlp } from '../networks/network.ts';
import { halves, type LayerWidths } from './layer-parts.ts';

/** p(z2), p(z1|z2) and their variables. */
export interface LayeredPrior extends Prior {
  readonly top: Samplable & Scorable;
  /** z2 [B, D2] → p(z1|z2), a diagonal normal: mean and log σ [B, D1] */
  below(z2: Tensor2D): DiagonalNormal;
}

/** Options of {@link layeredPrior}. */
export interface LayeredPriorOptions {
  readonly latents: LayerWidths;
  /** Widths of the perceptron from z2 to p(z1|z2). */
  readonly hidden: readonly number[];
  readonly activation: MlpOptions['activation'];
  /** Turns N(0, I) into p(z2); left out: N(0, I). */
  readonly flow?: InvertibleFlow | undefined;
  readonly key: Key;
}

/** Nothing asks for it: only posteriors are detached. */
function refuseDetached(): never {
  throw new ExpectationError({ where: 'twoLayerVae: prior.detached', expected: 'no call', received: 'one' });
}

/** p(z1|z2) starts with means by Glorot's kernels and deviations 1. Draws take noise [n1, n2], [B, D1 + D2]. */
export function layeredPrior({ latents, hidden, activation, flow, key }: LayeredPriorOptions): LayeredPrior {
  const [first, second] = latents;
  const learnt = flow && flowPrior(flow, fold(key, 'top'));
  const top = learnt?.distribution ?? standardNormal(second);
  const network = mlp({ inputWidth: second, hidden, activation, key: fold(key, 'network') });
  const heads = flowPosterior({ latent: first, contextWidth: network.outputWidth, key: fold(key, 'below') });
  const logStd = heads.variables['logStd/bias']!;
  tf.tidy(() => logStd.assign(tf.zerosLike(logStd)));
  const below = (z2: Tensor2D) => heads.baseAt(network.apply(z2));
  const logProb = (z: Tensor2D): Tensor1D => {
    const [z1, z2] = halves(z, latents);
    return tf.add(top.logProb(z2), below(z2).logProb(z1));
  };
  const distribution: Samplable & Scorable = {
    noise: { kind: 'normal', width: first + top.noise.width },
    sampleAndLogProb(noise) {
      const [n1, n2] = halves(noise, [first, top.noise.width]);
      const above = top.sampleAndLogProb(n2);
      const { z, logProb: ofFirst } = below(above.z).sampleAndLogProb(n1);
      const density = tf.add<Tensor1D>(above.logProb, ofFirst);
      return { z: tf.concat([z, above.z], 1), logProb: density, terms: { logBase: density } };
    },
    logProb,
    detached: () => refuseDetached(),
  };
  return {
    variables: underPrefixes({
      ...(learnt ? { top: learnt.variables } : {}),
      network: network.variables,
      below: heads.variables,
    }),
    distribution,
    top,
    below,
  };
}
