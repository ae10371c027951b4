// Batch normalisation and dropout inside a VAE: both engines, threads, checkpoints, evaluation.
import { boundOn } from '@flowvae/evaluation';
import { elbo, iwae } from '@flowvae/objectives';
import { drawUniform, fold, key } from '@flowvae/random';
import { layers, type NamedVariables, type Tensor2D, tf } from '@flowvae/tensor';
import { adam, dataPoints, type EngineName, type FitOptions, type FitStart, fit, variational } from '@flowvae/training';
import { type MlpVae, type NetworkMaker, network, networkVae } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { keptAt } from '../training/through-checkpoint.ts';

const { layers: make, sequential } = layers;
const [HEIGHT, WIDTH, LATENT, BATCH, MOMENTUM] = [4, 3, 2, 12, 0.9];
const PIXELS = HEIGHT * WIDTH;
const made: MlpVae[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

const dropout = (rate: number) => (rate > 0 ? [make.dropout({ rate })] : []);

/** Batch normalisation of the data first: its moving mean follows from the data alone. */
const networks =
  (rate: number, normalises: boolean): NetworkMaker =>
  ({ key: root }) => {
    const normalise = () => (normalises ? [make.batchNormalization({ momentum: MOMENTUM })] : []);
    const encoder = sequential({
      layers: [
        make.reshape({ targetShape: [HEIGHT, WIDTH, 1], inputShape: [HEIGHT, WIDTH, 1] }),
        ...normalise(),
        make.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'tanh' }),
        ...dropout(rate),
        make.flatten(),
        make.dense({ units: 5, activation: 'tanh' }),
      ],
    });
    const decoder = sequential({
      layers: [
        make.dense({ units: 6, activation: 'tanh', inputShape: [LATENT] }),
        ...normalise(),
        ...dropout(rate),
        make.dense({ units: PIXELS }),
      ],
    });
    return {
      encoder: network(encoder, { key: fold(root, 'encoder') }),
      decoder: network(decoder, { key: fold(root, 'decoder') }),
    };
  };

function modelOf(rate = 0.3, normalises = true): MlpVae {
  const shape = [HEIGHT, WIDTH, 1];
  const model = networkVae({
    pixels: PIXELS,
    shape,
    latent: LATENT,
    networks: networks(rate, normalises),
    key: key(1),
  });
  made.push(model);
  return model;
}

const rowsAt = (step: number) => drawUniform(fold(key(2), step), BATCH * PIXELS);

const problemOf = (model: MlpVae, objective = elbo()) =>
  variational({
    modelAt: model.at,
    objective,
    noise: model.noise,
    dropout: model.dropout,
    batchSize: BATCH,
    width: PIXELS,
    data: rowsAt,
    key: key(3),
  });

const train = (model: MlpVae, rest: Partial<FitOptions> = {}, objective = elbo()) =>
  fit({ ...problemOf(model, objective), variables: model.variables, optimizer: adam(1e-2), steps: 8, ...rest });

const numbers = (variables: NamedVariables) => Object.values(variables).flatMap((each) => [...each.dataSync()]);
const MEAN = 'encoder/2-batch-normalization/moving_mean';

/** The moving mean of all pixels after so many steps, in float64. */
const meanAfter = (steps: number) =>
  Array.from({ length: steps }, (_, step) => rowsAt(step)).reduce(
    (mean, rows) => MOMENTUM * mean + (1 - MOMENTUM) * (rows.reduce((sum, x) => sum + x, 0) / rows.length),
    0,
  );

describe('a VAE with batch normalisation and dropout', () => {
  it('trains the same eager and compiled, and its moving mean is that of float64', async () => {
    const trained = async (engine: EngineName) => {
      const model = modelOf();
      const { history } = await train(model, { engine, entryEvery: 1 });
      expect(differences('mean', model.variables[MEAN]!.dataSync(), [meanAfter(8)], 1e-5)).toEqual([]);
      return [...numbers(model.variables), ...history.map(({ loss }) => loss)];
    };
    expect(differences('step', await trained('compiled'), await trained('eager'), 2e-3)).toEqual([]);
  });

  it('goes on from a checkpoint with equal bytes: statistics are in it, and dropout is drawn by key and step', async () => {
    const kept = keptAt(3);
    const [whole, rest] = [modelOf(), modelOf()];
    await train(whole, { callbacks: [kept.callback] });
    const from = kept.read();
    expect(Object.keys(from.parameters)).toContain(MEAN);
    await train(rest, { from });
    expect(numbers(rest.variables)).toEqual(numbers(whole.variables));
  });

  it('is exact over threads, which then share operators', async () => {
    const starts: FitStart[] = [];
    const [one, two] = await Promise.all(
      [1, 2].map(async (threads) => {
        const model = modelOf();
        await train(model, { threads, callbacks: [{ onStart: (start) => void starts.push(start) }] });
        return numbers(model.variables);
      }),
    );
    expect(differences('two threads', two!, one!, 1e-3)).toEqual([]);
    expect(starts.map(({ rowsTogether }) => rowsTogether)).toContain(`the loss assigns ${MEAN}, which is for all rows`);
  });

  it('is evaluated with its moving statistics and without dropping', async () => {
    const model = modelOf();
    await train(model);
    const before = numbers(model.variables);
    const rows = rowsAt(99);
    const measured = await boundOn({
      variables: model.variables,
      modelAt: model.at,
      bound: elbo().bound,
      noise: model.noise,
      data: dataPoints(rows, PIXELS),
      batchSize: BATCH,
      key: key(4),
    });
    const { logLikelihood } = await measured.measure();
    await measured.dispose();
    expect(numbers(model.variables)).toEqual(before);
    // one row by itself gives the same as among others: no moments of a batch, no drawn noise
    const likelihoodOf = (count: number) =>
      tf.tidy(() => {
        const x = tf.slice(tf.tensor2d(rows, [BATCH, PIXELS]), [0, 0], [count, PIXELS]) as Tensor2D;
        return model
          .at(x)
          .likelihood(tf.zeros([count, LATENT]))
          .dataSync()[0]!;
      });
    expect(likelihoodOf(1)).toBeCloseTo(likelihoodOf(BATCH), 4);
    expect(Number.isFinite(logLikelihood)).toBe(true);
    const features = (isTraining: boolean) =>
      tf.tidy(() => {
        const x = tf.tensor2d(rows, [BATCH, PIXELS]);
        if (!isTraining) return model.features(x).dataSync()[0]!;
        const noise = tf.ones([BATCH, model.dropout!.datum + model.dropout!.draw]) as Tensor2D;
        const { posterior } = model.at(x, { isTraining, noise });
        return posterior.sampleAndLogProb(tf.zeros([BATCH, LATENT])).z.dataSync()[0]!;
      });
    const inEvaluation = tf.tidy(
      () =>
        model
          .infer(tf.tensor2d(rows, [BATCH, PIXELS]))
          .sampleAndLogProb(tf.zeros([BATCH, LATENT]))
          .z.dataSync()[0]!,
    );
    expect(Number.isFinite(features(false))).toBe(true);
    expect(Math.abs(features(true) - inEvaluation)).toBeGreaterThan(1e-3);
  });
});

describe('a VAE with dropout alone', () => {
  it('shares the rows of a batch between threads: each row has its own noise', async () => {
    const starts: FitStart[] = [];
    const trained = async (threads: number) => {
      const model = modelOf(0.3, false);
      await train(model, { threads, callbacks: [{ onStart: (start) => void starts.push(start) }] });
      return numbers(model.variables);
    };
    expect(differences('two threads', await trained(2), await trained(1), 1e-4)).toEqual([]);
    expect(starts.map(({ rowsTogether }) => rowsTogether)).toEqual([undefined, undefined]);
  });

  it('drops for each draw by numbers of its own', async () => {
    const model = modelOf(0.3, false);
    expect(model.dropout).toEqual({ datum: 2 * 2 * 3, draw: 6 });
    const objective = iwae(3);
    const { inputShapes, batch } = problemOf(model, objective as never);
    expect(inputShapes.dropout).toEqual([BATCH, 12 + 3 * 6]);
    const [first, again, next] = [5, 5, 6].map((step) => [...batch(step).dropout!]);
    expect(first).toEqual(again);
    expect(first).not.toEqual(next);
    // draw d of data point i drops by columns 12 + 6d …: all kept or all dropped shows in the decoder's outputs
    const outputs = tf.tidy(() => {
      const noise = tf.concat([tf.ones([2, 12]), tf.ones([2, 6]), tf.zeros([2, 6]), tf.ones([2, 6])], 1) as Tensor2D;
      const x = tf.fill([2, PIXELS], 0.5) as Tensor2D;
      const z = tf.ones([6, LATENT]) as Tensor2D;
      return [...model.at(x, { isTraining: true, noise }).likelihood(z).dataSync()];
    });
    expect(outputs[0]).toBe(outputs[2]);
    expect(outputs[0]).toBe(outputs[3]);
    expect(outputs[1]).toBe(outputs[4]);
    expect(outputs[1]).not.toBe(outputs[0]);
  });

  it('refuses noise that is too narrow for the draws', () => {
    const model = modelOf(0.3, false);
    expect(() =>
      tf.tidy(() => {
        const x = tf.zeros([2, PIXELS]) as Tensor2D;
        const noise = tf.ones([2, 18]) as Tensor2D;
        return model.at(x, { isTraining: true, noise }).likelihood(tf.zeros([4, LATENT]));
      }),
    ).toThrowError('vae: dropout: expected noise of 12 + 2 x 6 numbers for each data point, got 18');
  });
});
