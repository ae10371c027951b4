// The works of the room's worker, in Node: against the packages' own functions, and with flat memory.
import { evaluateModel, type ImportanceEstimate, weightedDraws } from '@flowvae/evaluation';
import { drawNormal, fold, key } from '@flowvae/random';
import { decodeSafetensors, encodeSafetensors, tf } from '@flowvae/tensor';
import { mlpVae } from '@flowvae/vae';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelOptions } from '../../../packages/lab/src/lab-run.ts';
import { modelOfRun, modelOptions } from '../../../packages/lab/src/page/run/model-of-run.ts';
import { estimateOf } from '../../../packages/lab/src/worker/latent-estimate.ts';
import { type LatentWorks, latentWorks } from '../../../packages/lab/src/worker/latent-works.ts';
import { fileOf, type SmallRun, smallRun } from './small-run.ts';

const SEED = 5;
let small: SmallRun;
let works: LatentWorks;

beforeAll(async () => {
  await tf.setBackend('cpu');
  small = await smallRun({ count: 8, steps: 30, model: { prior: 'realnvp*2' } });
  works = latentWorks();
  works.open({ model: small.run.model, parameters: small.parameters });
});

const imageAt = (i: number) => small.images.slice(i * 784, (i + 1) * 784);
const rowOf = (image: Uint8Array) => Float32Array.from(image, (value) => value / 255);
const furthest = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

describe('the works of the latent space', () => {
  it('refuse to begin without a model', () => {
    expect(() => latentWorks().decode({ z: Float32Array.of(0, 0) })).toThrow('expected an opened model');
  });

  it('decode as the model that was trained', () => {
    const z = drawNormal(key(1), 120 * 2);
    const pictures = works.decode({ z });
    const own = tf.tidy(() =>
      small.model
        .observe(tf.tensor2d(z, [120, 2]))
        .mean()
        .dataSync<'float32'>(),
    );
    expect(pictures).toHaveLength(120 * 784);
    expect(furthest(pictures, own)).toBeLessThan(1e-6);
  });

  it('encode pictures to means of draws, each by its place and the seed alone', async () => {
    const shares: number[] = [];
    const all = await works.encode({ images: small.images, seed: SEED }, (share) => shares.push(share));
    const first = await works.encode({ images: imageAt(0), seed: SEED });
    expect(shares.at(-1)).toBe(1);
    expect(furthest(first.mean, all.mean.subarray(0, 2))).toBeLessThan(1e-5);
    const [draws] = await weightedDraws({
      modelAt: (x) => small.model.at(x),
      variables: small.model.variables,
      noise: small.model.noise,
      data: { count: 1, width: 784, row: () => rowOf(imageAt(0)) },
      samples: 1000,
      key: key(2),
      engine: 'eager',
    });
    const average = (d: number) => draws!.z.reduce((sum, value, i) => sum + (i % 2 === d ? value : 0), 0) / 1000;
    const deviation = (d: number) =>
      Math.sqrt(draws!.z.reduce((sum, value, i) => sum + (i % 2 === d ? (value - average(d)) ** 2 : 0), 0) / 1000);
    for (const d of [0, 1]) {
      expect(Math.abs(all.mean[d]! - average(d))).toBeLessThan((5 * deviation(d)) / Math.sqrt(16));
      expect(Math.abs(all.draw[d]! - average(d))).toBeLessThan(6 * deviation(d));
    }
  });

  it('give the draws before and after each layer, whose log-dets add up to that of the posterior', () => {
    const { draws, names, logDets } = works.layers({ image: imageAt(3), draws: 200, seed: SEED });
    expect(draws).toHaveLength(5);
    expect(names).toHaveLength(4);
    const noise = drawNormal(fold(key(SEED), 'layers'), 400);
    const { z, logDet } = tf.tidy(() => {
      const draw = small.model
        .infer(tf.tensor2d(rowOf(imageAt(3)), [1, 784]))
        .sampleAndLogProb(tf.tensor2d(noise, [200, 2]));
      return { z: draw.z.dataSync<'float32'>(), logDet: tf.mean(draw.terms.logDet!).dataSync()[0]! };
    });
    expect(furthest(draws.at(-1)!, z)).toBeLessThan(1e-5);
    expect(logDets.reduce((a, b) => a + b)).toBeCloseTo(logDet, 4);
    expect(furthest(draws[0]!, draws[1]!)).toBeGreaterThan(1e-4);
  });

  it.each([300, 1200])('estimate log p(x) by %i samples as evaluateModel does with the same key', async (samples) => {
    const { estimate, draws } = await works.weigh({ image: imageAt(1), samples, draws: 50, seed: SEED });
    let own: ImportanceEstimate;
    await evaluateModel({
      modelAt: (x) => small.model.at(x),
      variables: small.model.variables,
      noise: small.model.noise,
      data: { count: 1, width: 784, row: () => rowOf(imageAt(1)) },
      samples,
      key: fold(key(SEED), 'importance'),
      engine: 'eager',
      onEstimate: (_, each) => {
        own = each;
      },
    });
    expect(estimate.logEvidence).toBeCloseTo(own!.logEvidence, 4);
    expect(estimate.elbo).toBeCloseTo(own!.elbo, 4);
    expect(estimate.effectiveSampleSize).toBeCloseTo(own!.effectiveSampleSize, 2);
    expect(estimate.paretoK).toBeCloseTo(own!.paretoK, 4);
    expect(draws).toHaveLength(100);
  });

  it('sample the prior at a temperature: at 0 one picture, that of its centre', () => {
    const cold = works.sample({ count: 3, temperature: 0, seed: 1 });
    expect(furthest(cold.subarray(0, 784), cold.subarray(784, 2 * 784))).toBe(0);
    const warm = works.sample({ count: 3, temperature: 1, seed: 1 });
    expect(furthest(warm.subarray(0, 784), warm.subarray(784, 2 * 784))).toBeGreaterThan(0.01);
    expect([...works.sample({ count: 3, temperature: 1, seed: 1 })]).toEqual([...warm]);
  });

  it('interpolate between codes, with both ends', () => {
    const [a, b] = [Float32Array.of(1, 0), Float32Array.of(0, 2)];
    const row = works.between({ a, b, steps: 3, kind: 'linear' });
    const arc = works.between({ a, b, steps: 3, kind: 'spherical' });
    const picture = (z: readonly number[]) => works.decode({ z: Float32Array.from(z) });
    expect(furthest(row, picture([1, 0, 0.5, 1, 0, 2]))).toBeLessThan(1e-6);
    // along the arc of 90° at half the angle, with the mean of the norms
    const middle = 1.5 * Math.SQRT1_2;
    expect(furthest(arc, picture([1, 0, middle, middle, 0, 2]))).toBeLessThan(1e-5);
  });

  it('keep no tensors', async () => {
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      works.decode({ z: Float32Array.of(0, i) });
      works.sample({ count: 2, temperature: 1, seed: i });
      works.layers({ image: imageAt(i), draws: 20, seed: i });
      await works.encode({ images: imageAt(i), seed: i });
      await works.weigh({ image: imageAt(i), samples: 30, draws: 10, seed: i });
    }
    works.open({ model: small.run.model, parameters: small.parameters });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the moments of the prior', () => {
  it('are 0 and 1 of N(0, I), and those of draws for other priors', async () => {
    const { prior } = works.open({ model: small.run.model, parameters: small.parameters });
    const drawn = tf.tidy(() => {
      const { z } = small.model.prior.sampleAndLogProb(tf.tensor2d(drawNormal(key(8), 20_000), [10_000, 2]));
      const { mean, variance } = tf.moments(z, 0);
      return { mean: mean.dataSync<'float32'>(), deviation: tf.sqrt(variance).dataSync<'float32'>() };
    });
    expect(furthest(prior.mean, drawn.mean)).toBeLessThan(0.1);
    expect(furthest(prior.deviation, drawn.deviation)).toBeLessThan(0.1);
    const { prior: _, ...plain } = small.run.model;
    const { tensors, metadata } = decodeSafetensors(small.parameters, 'test');
    const kept = Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith('prior/')));
    const parameters = encodeSafetensors({ tensors: kept, metadata });
    expect(latentWorks().open({ model: plain, parameters })).toEqual({
      latent: 2,
      prior: { mean: Float32Array.of(0, 0), deviation: Float32Array.of(1, 1) },
      isPriorNormal: true,
      layers: 4,
      meanDraws: 16,
    });
  });
});

describe('facts about a model', () => {
  it('tell a prior of its own, and a posterior without flow, whose mean is exact', () => {
    expect(works.open({ model: small.run.model, parameters: small.parameters }).isPriorNormal).toBe(false);
    const { prior: _, flow: __, ...plain } = small.run.model;
    const model = mlpVae({ ...modelOptions(plain), key: key(1) });
    const facts = latentWorks().open({ model: plain, parameters: fileOf(model) });
    expect([facts.layers, facts.meanDraws]).toEqual([0, undefined]);
    tf.dispose(model.variables);
  });
});

describe('estimateOf', () => {
  it('has the error of the mean of weights, which falls with their number', () => {
    // weights exp(N(0, s²)): the relative variance of one weight is exp(s²) − 1
    const [count, s] = [20_000, 0.5];
    const { logEvidence, logEvidenceError, elboError } = estimateOf(
      drawNormal(key(3), count).map((value) => s * value),
    );
    expect(logEvidence).toBeCloseTo(s ** 2 / 2, 1.5);
    expect(logEvidenceError).toBeCloseTo(Math.sqrt((Math.exp(s ** 2) - 1) / count), 3);
    expect(elboError).toBeCloseTo(s / Math.sqrt(count), 4);
  });

  it('has no error for equal weights', () => {
    const { logEvidence, logEvidenceError, effectiveSampleSize } = estimateOf(new Float32Array(100).fill(-7));
    expect([logEvidence, logEvidenceError, effectiveSampleSize]).toEqual([-7, 0, 100]);
  });
});

describe('modelOfRun', () => {
  it('refuses parameters that do not fit in one line', () => {
    expect(() => modelOfRun({ ...small.run.model, latent: 3 }, small.parameters)).toThrow(
      /^run\/parameters.safetensors: expected .*decoder\/hidden1\/kernel \[3, 48\].*got .*\[2, 48\]/,
    );
    expect(() => modelOfRun({ ...small.run.model, networks: 'mpl' }, small.parameters)).toThrow(
      'run: networks: expected mlp, conv',
    );
    expect(() => modelOfRun({ ...small.run.model, scale: 'std' }, small.parameters)).toThrow(
      'run: scale: expected logStd',
    );
  });

  it('reads a standardisation, a named prior and convolutions', () => {
    const options: ModelOptions = {
      ...{ pixels: 64, shape: [8, 8, 1], latent: 2, hidden: [8], activation: 'relu', networks: 'conv' },
      ...{ prior: 'vamp(3)', likelihood: 'gaussian', amortize: 'flow', heads: 'plain' },
    };
    const fresh = mlpVae(modelOptions(options, true));
    const blank = modelOfRun(options, fileOf(fresh));
    expect(Object.keys(blank.variables)).toContain('prior/pseudoInputs');
    expect(blank.variables['data/scale']!.shape).toEqual([1, 64]);
    tf.dispose([fresh.variables, blank.variables]);
  });
});
