// The bound of model M2 against two other ways to it: draws of the class in place of the sum over classes, and the
// parts of the labelled bound one by one.
import {
  drawNoise,
  evaluate,
  fold,
  key,
  type LatentModel,
  type ModelAtRows,
  namedInputs,
  type Objective,
  type Tensor2D,
  tf,
  train,
} from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import m2 from '../../experiments/gallery/m2.ts';
import { rowsOfPlan } from '../../packages/flowvae/src/run/covariates/conditioning.ts';

const [ROWS, DRAWS] = [6, 150];
type Run = Awaited<ReturnType<typeof train>>;
type M2AtRows = ModelAtRows & { readonly logits: Tensor2D; given(y: Tensor2D): LatentModel['posterior'] };

describe('model M2 of the gallery', () => {
  let run: Run;
  beforeAll(async () => {
    const settings = { steps: 30, batch: 16, hidden: [40], latent: 3, evalImages: ROWS, evalSamples: 3000 };
    run = await train(m2, { ...settings, set: { every: 10 } });
  }, 60_000);

  const rows = (labelled: boolean): Tensor2D => {
    const { test } = run.parts;
    const values = Array.from({ length: ROWS }, (_, i) => [...test.row(i)]);
    const own = labelled ? values : values.map((row) => row.map((value, at) => (at < 784 ? value : 0)));
    return tf.tensor2d(own);
  };
  const noiseAt = (draw: number) => {
    const { width } = run.parts.model.noise;
    const noise = new Float32Array(ROWS * width);
    drawNoise('normal', fold(key(4), draw), noise);
    return tf.tensor2d(noise, [ROWS, width]);
  };
  const objectiveOf = (alpha: number) => {
    const { plan, config, data } = run.parts;
    return m2.objective!({ plan, config, data, settings: { every: 10, alpha } }) as Objective;
  };

  it('sums over classes to the bound that draws of classes estimate', async () => {
    const bounds = Array.from({ length: DRAWS }, (_, draw) =>
      tf.tidy(() => {
        const { terms } = objectiveOf(50).bound(run.parts.model.at(rows(false)), noiseAt(draw));
        return tf.mean(terms.elbo!).dataSync<'float32'>()[0]!;
      }),
    );
    const mean = bounds.reduce((sum, each) => sum + each, 0) / DRAWS;
    const error = Math.sqrt(bounds.reduce((sum, each) => sum + (each - mean) ** 2, 0) / DRAWS / (DRAWS - 1));
    const { elbo, nll } = (await evaluate(run))!;
    expect(Math.abs(mean - elbo)).toBeLessThan(5 * error + 0.1); // 3,000 draws of class and latent for each image
    expect(mean).toBeLessThan(-nll + 5 * error);
  }, 60_000);

  it('adds α·log q(y|x) to the bound on log p(x, y) of labelled rows, and bounds unlabelled ones by the sum', () => {
    tf.tidy(() => {
      const { model, plan } = run.parts;
      const lossOf = (alpha: number, labelled: boolean) =>
        objectiveOf(alpha)
          .bound(model.at(rows(labelled)), noiseAt(0))
          .loss.dataSync<'float32'>()[0]!;
      const { x, label } = namedInputs(rowsOfPlan(plan), rows(true)) as { x: Tensor2D; label: Tensor2D };
      const at = model.at(rows(true)) as M2AtRows;
      const logQ = tf.sum(tf.mul(label, tf.logSoftmax(at.logits)), 1);
      expect((lossOf(0, true) - lossOf(7, true)) / 7).toBeCloseTo(tf.mean(logQ).dataSync()[0]!, 4);
      const width = model.noise.width - 1;
      const draw = at.given(label).sampleAndLogProb(tf.slice(noiseAt(0), [0, 1], [-1, width]));
      const logLikelihood = model.observe!(tf.concat([label, draw.z], 1)).logProb(x);
      const logPrior = tf.sub(tf.mul(-0.5, tf.sum(tf.square(draw.z), 1)), (width / 2) * Math.log(2 * Math.PI));
      const bound = tf.sub(tf.add(logLikelihood, tf.sub(logPrior, Math.log(10))), draw.logProb);
      expect(lossOf(0, true)).toBeCloseTo(-tf.mean(bound).dataSync()[0]!, 3);
      expect(lossOf(0, false)).toBe(lossOf(7, false));
    });
  });
});
