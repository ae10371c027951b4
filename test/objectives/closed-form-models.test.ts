// The models with known evidence agree with their reference programs, and their posteriors score their own draws.
import type { Samplable, Scorable } from '@flowvae/distributions';
import { diagonalNormal } from '@flowvae/distributions';
import { importanceChunk, type LatentModel } from '@flowvae/objectives';
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { conjugateNormal, conjugateNormalModel } from './conjugate-normal-model.ts';
import { discreteLatent, discreteLatentModel, discretePosteriors } from './discrete-latent-model.ts';
import { latentModel, linearGaussians, posteriors } from './linear-gaussian-model.ts';

interface Given {
  readonly model: LatentModel & { readonly posterior: Samplable & Scorable };
  readonly logEvidence: number;
}

const conjugate = (mean: number, sd: number): Given => ({
  model: conjugateNormalModel(diagonalNormal({ mean: tf.tensor2d([[mean]]), logStd: tf.tensor2d([[Math.log(sd)]]) })),
  logEvidence: conjugateNormal.logEvidence,
});

const models: readonly (readonly [string, () => Given])[] = [
  ...linearGaussians.map((given) => {
    const make = () => ({
      model: latentModel(given, [1], posteriors.exact(given, [1])),
      logEvidence: given.logEvidence[1]!,
    });
    return [`linear-Gaussian, ${given.name}`, make] as const;
  }),
  ['conjugate normal', () => conjugate(conjugateNormal.posterior.mean, conjugateNormal.posterior.sd)],
  ...discreteLatent.logEvidence.map((logEvidence, i) => {
    const posterior = () => discretePosteriors.exact([i]);
    return [
      `discrete latent at point ${i}`,
      () => ({ model: { ...discreteLatentModel([i], posterior()), posterior: posterior() }, logEvidence }),
    ] as const;
  }),
];

describe.each(models)('%s', (_, make) => {
  const draws = 200;
  const noiseFor = ({ noise: { kind, width } }: Samplable) =>
    tf.tensor2d((kind === 'normal' ? drawNormal : drawUniform)(key(1), draws * width), [draws, width]);

  it('has weights that are all log p(x) at its exact posterior', () => {
    tf.tidy(() => {
      const { model, logEvidence } = make();
      const { logWeight } = importanceChunk(model, noiseFor(model.posterior));
      const expected = new Array<number>(draws).fill(logEvidence);
      expect(differences('log w', logWeight!.dataSync(), expected, 1e-5)).toEqual([]);
    });
  });

  it("scores its posterior's draws", () => {
    tf.tidy(() => {
      const { posterior } = make().model;
      const { z, logProb } = posterior.sampleAndLogProb(noiseFor(posterior));
      expect(differences('log q', posterior.logProb(z).dataSync(), logProb.dataSync(), 1e-4)).toEqual([]);
    });
  });
});

it('a discrete latent is drawn as often as its probability says', () => {
  tf.tidy(() => {
    const draws = 20_000;
    const { z } = discretePosteriors.wrong([]).sampleAndLogProb(tf.tensor2d(drawUniform(key(2), draws), [draws, 1]));
    const shares = Array.from(tf.mean(z, 0).dataSync());
    shares.forEach((share, i) => {
      const probability = discreteLatent.wrong[i]!;
      expect(Math.abs(share - probability)).toBeLessThan(4.5 * Math.sqrt((probability * (1 - probability)) / draws));
    });
  });
});
