// The works of the room Latent space: a run's model, and numbers and pictures from it. Plain arrays go in and out, so
// that a page, a worker and Node compute alike.
import { type InterpolationKind, interpolated } from '@flowvae/density';
import { resample } from '@flowvae/evaluation';
import { fold, key } from '@flowvae/random';
import { ExpectationError, tf } from '@flowvae/tensor';
import type { ModelOptions } from '../lab-run.ts';
import { modelOfRun } from '../page/run/model-of-run.ts';
import { type Estimate, estimateOf, type Weighing, weighed } from './latent-estimate.ts';
import {
  alongLayers,
  type Codes,
  decoded,
  type Encoding,
  encoded,
  fromPrior,
  type Layers,
  type OnProgress,
  type Opened,
  type PriorAndPosterior,
  priorAndPosterior,
  priorMoments,
  scaled,
} from './latent-numbers.ts';

/** Facts about an opened model. */
export interface ModelFacts extends PriorAndPosterior {
  /** Width D of the latent. */
  readonly latent: number;
  /** Mean and deviation of p(z), [D] each. */
  readonly prior: { readonly mean: Float32Array; readonly deviation: Float32Array };
}

/** The importance-weighted posterior of a picture, and the estimate of its log p(x). */
export interface Weighed {
  /** Draws of q(z|x), chosen again by their weights, [M, D]: nearly draws from p(z|x). */
  readonly draws: Float32Array;
  readonly estimate: Estimate;
}

/** The works. Pictures that come in are bytes from 0 to 255; pictures that go out are means of p(x|z). */
export interface LatentWorks {
  /** Makes the model; all other works need it. */
  open(options: { readonly model: ModelOptions; readonly parameters: Uint8Array }): ModelFacts;
  /** z [n, D] → pictures [n, P] */
  decode(options: { readonly z: Float32Array }): Float32Array;
  /** Pictures [n, P] → codes; a mean without closed form is one of 16 draws. */
  encode(options: Encoding & { readonly images: Uint8Array }, onProgress?: OnProgress): Promise<Codes>;
  /** Draws of q(z|x) along the layers of its flow. */
  layers(options: { readonly image: Uint8Array; readonly draws: number; readonly seed: number }): Layers;
  /** Importance samples of a picture. */
  weigh(options: Weighing & { readonly image: Uint8Array; readonly draws: number }, on?: OnProgress): Promise<Weighed>;
  /** Draws from the prior, its noise times the temperature → pictures [n, P] */
  sample(options: { readonly count: number; readonly temperature: number; readonly seed: number }): Float32Array;
  /** Points from a to b, both included → pictures [steps, P] */
  between(options: {
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly steps: number;
    readonly kind: InterpolationKind;
  }): Float32Array;
}

/** Works of one model, which `open` makes. */
export function latentWorks(): LatentWorks {
  let held: Opened | undefined;
  const opened = () => held ?? refuseClosed();
  return {
    open({ model: options, parameters }) {
      tf.dispose(held?.model.variables ?? {});
      const model = modelOfRun(options, parameters);
      held = { model, pixels: options.pixels };
      return { latent: model.latent, prior: priorMoments(model), ...priorAndPosterior(held) };
    },
    decode: ({ z }) => decoded(opened(), z),
    encode: async ({ images, ...encoding }, onProgress) => encoded(opened(), images, { ...encoding, onProgress }),
    layers: ({ image, draws, seed }) => alongLayers(opened(), image, { draws, seed }),
    async weigh({ image, draws, samples, seed }, onProgress) {
      const { model } = opened();
      const { latent } = model;
      const { z, logWeight } = await weighed(model, scaled(image), { samples, seed, onProgress });
      const chosen = resample(logWeight, draws, fold(key(seed), 'resample'));
      const kept = new Float32Array(draws * latent);
      for (const [m, s] of chosen.entries()) kept.set(z.subarray(s * latent, (s + 1) * latent), m * latent);
      return { draws: kept, estimate: estimateOf(logWeight) };
    },
    sample: (options) => decoded(opened(), fromPrior(opened().model, options)),
    between: ({ a, b, steps, kind }) => decoded(opened(), interpolated(a, b, { steps, kind })),
  };
}

function refuseClosed(): never {
  throw new ExpectationError({ where: 'latent space', expected: 'an opened model', received: 'none' });
}
