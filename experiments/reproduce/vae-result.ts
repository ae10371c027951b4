// The result of a VAE run: every number on MNIST, and its provenance.
import { z } from 'zod';

/**
 * Nats; `negative` bounds and NLLs: lower is better. More stands beside these: the settings of the run, its time, its
 * versions.
 */
export const vaeResult = z.looseObject({
  experiment: z.string(),
  scale: z.string(),
  architecture: z.string(),
  flow: z.string(),
  k: z.number(),
  steps: z.number(),
  seed: z.number(),
  binarization: z.string(),
  validationNegativeElbo: z.number(),
  testNegativeElbo: z.number(),
  testNegativeElboStandardError: z.number(),
  /** By `samples` importance samples, 200 in all but the smallest scale. */
  nll200: z.number(),
  nll200StandardError: z.number(),
  /** Of KL(q‖p(z|x)), estimated by `testNegativeElbo - nll200`. The first runs do not tell it. */
  kl200StandardError: z.number().optional(),
  /** By `closeSamples` for the first `closeImages` images: see closeEvaluation. */
  nll5000: z.number(),
  nll5000StandardError: z.number(),
  /** How `closeImages` speak for all. */
  closeEstimator: z.literal('regression'),
  samples: z.number(),
  closeSamples: z.number(),
  closeImages: z.number(),
  images: z.number(),
  /** [step, −ELBO] */
  validationCurve: z.array(z.tuple([z.number(), z.number()])),
  /** The settings that a table must tell. */
  settings: z.looseObject({
    heads: z.enum(['scaled', 'plain']).optional(),
    data: z.string().optional(),
    binarizeSeed: z.number().optional(),
  }),
});

/** See {@link vaeResult}. */
export type VaeResult = Readonly<z.infer<typeof vaeResult>>;
