// Posteriors over two latents: bottom-up, q(z1|x)·q(z2|z1), and top-down as a ladder, q(z2|x)·q(z1|x, z2).
import { type Draw, detach, type LayeredDraw, layeredDraw, type Samplable } from '@flowvae/distributions';
import type { ParametricPosterior, Posterior } from '@flowvae/flows';
import { rowsFor, type Tensor1D, type Tensor2D, tf, underPrefixes } from '@flowvae/tensor';
import type { Network } from '../networks/network.ts';
import { halves, type LayerWidths } from './layer-parts.ts';
import type { LayeredPrior } from './layered-prior.ts';

/** The parts of both kinds. */
export interface LayeredPosteriorParts {
  readonly latents: LayerWidths;
  /** Posteriors of each latent, with their flows. */
  readonly layers: readonly [ParametricPosterior, ParametricPosterior];
  /** Features of z1, or of the encoder's features, for the second. */
  readonly toSecond: Network;
  readonly prior: LayeredPrior;
}

/** How both latents are drawn from noise [n1, n2], at the encoder's features [B, C]. */
type Drawing = (parts: LayeredPosteriorParts, context: Tensor2D, noise: readonly [Tensor2D, Tensor2D]) => Both;

/** Draws of each latent; z [B, D1] and [B, D2]. */
interface Both {
  readonly first: LayeredDraw;
  readonly second: LayeredDraw;
}

/** Bottom-up: z1 ~ q(z1|x), z2 ~ q(z2|z1). */
export const bottomUp: Drawing = ({ layers: [q1, q2], toSecond }, context, [n1, n2]) => {
  const first = layeredDraw(q1.at(context), n1);
  return { first, second: layeredDraw(q2.at(toSecond.apply(first.z)), n2) };
};

/**
 * Ladder: z2 ~ q(z2|x), then z1 from the product of the encoder's normal N(μ̂, σ̂²) and p(z1|z2) = N(μ, σ²), scaled to
 * a density: variance 1/(σ̂⁻² + σ⁻²), mean (μ̂σ̂⁻² + μσ⁻²) times it.
 *
 * @see Sønderby et al. 2016, arXiv:1602.02282, eqs. 14-18
 */
export const ladder: Drawing = ({ layers: [q1, q2], toSecond, prior }, context, [n1, n2]) => {
  const second = layeredDraw(q2.at(toSecond.apply(context)), n2);
  const rows = second.z.shape[0];
  const own = q1.baseAt(context);
  const above = prior.below(second.z);
  const fit = (x: Tensor2D) => rowsFor('ladder', x, rows);
  const precision = (logStd: Tensor2D): Tensor2D => tf.exp(tf.mul(logStd, -2));
  const [p1, p2] = [precision(fit(own.logStd)), precision(above.logStd)];
  const total: Tensor2D = tf.add(p1, p2);
  const mean: Tensor2D = tf.div(tf.add(tf.mul(fit(own.mean), p1), tf.mul(above.mean, p2)), total);
  const merged = { 'base/mean': mean, 'base/logStd': tf.mul<Tensor2D>(tf.log(total), -0.5) };
  const first = layeredDraw(q1.of({ ...q1.paramsAt(context), ...merged }), n1);
  return { first, second };
};

/**
 * A posterior over [z1, z2] from noise [n1, n2]. Its terms are `logBase`, `logDet` where there is a flow, and `kl1` and
 * `kl2`, the draws' log q(z1|·) − log p(z1|z2) and log q(z2|·) − log p(z2), whose means are the layers' divergences.
 *
 * It can be drawn from only: the density at given latents would cost gradients a path that the estimators `stl` and
 * `dreg` need.
 */
export function layeredPosterior(parts: LayeredPosteriorParts, draw: Drawing): Posterior {
  const { latents, layers, toSecond } = parts;
  const [first, second] = latents;
  const noise = { kind: 'normal', width: first + second } as const;
  return {
    variables: underPrefixes({ z1: layers[0].variables, z2: layers[1].variables, toSecond: toSecond.variables }),
    noise,
    at(context) {
      const both = (given: Tensor2D) => draw(parts, context, halves(given, latents));
      const distribution: Samplable & { drawAlongLayers(given: Tensor2D): LayeredDraw } = {
        noise,
        sampleAndLogProb: (given) => joined(both(given), parts.prior),
        drawAlongLayers: (given) => alongLayers(both(given)),
        detached() {
          const cut = (given: Tensor2D): Draw => {
            const { z, logProb, terms } = joined(both(given), parts.prior);
            const constant = Object.entries(terms).map(([name, term]) => [name, detach(term)] as const);
            return { z: detach(z), logProb: detach(logProb), terms: Object.fromEntries(constant) };
          };
          return { ...distribution, sampleAndLogProb: cut } as typeof this;
        },
      };
      return distribution;
    },
  };
}

const logDetOf = ({ layers, logBase }: LayeredDraw): Tensor1D =>
  layers.reduce((sum, { logDet }) => tf.add(sum, logDet), tf.zerosLike(logBase));

function joined({ first, second }: Both, prior: LayeredPrior): Draw {
  const logDets = [first, second].map(logDetOf) as [Tensor1D, Tensor1D];
  const [q1, q2] = [first, second].map(({ logBase }, i) => tf.sub<Tensor1D>(logBase, logDets[i]!)) as [
    Tensor1D,
    Tensor1D,
  ];
  const hasFlow = first.layers.length + second.layers.length > 0;
  return {
    z: tf.concat([first.z, second.z], 1),
    logProb: tf.add(q1, q2),
    terms: {
      logBase: tf.add(first.logBase, second.logBase),
      ...(hasFlow ? { logDet: tf.add(...logDets) } : {}),
      kl1: tf.sub(q1, prior.below(second.z).logProb(first.z)),
      kl2: tf.sub(q2, prior.top.logProb(second.z)),
    },
  };
}

function alongLayers({ first, second }: Both): LayeredDraw {
  const named = (layer: string, draw: LayeredDraw) =>
    draw.layers.map((each) => ({ ...each, name: `${layer} ${each.name}` }));
  return {
    z: tf.concat([first.z, second.z], 1),
    logBase: tf.add(first.logBase, second.logBase),
    layers: [...named('z1', first), ...named('z2', second)],
  };
}
