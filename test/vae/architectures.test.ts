// Networks of published experiments: their layers, where they start, and their posterior's deviation, against sums
// written out in float64.
import { compile, type Traceable } from '@flowvae/compiler';
import { flowPosterior } from '@flowvae/flows';
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { type NamedVariables, type Scalar, type Tensor2D, tf } from '@flowvae/tensor';
import { type ArchitectureName, architectures, mlpVae } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';

const [pixels, latent] = [20, 3];
const models = Object.fromEntries(
  Object.entries(architectures).map(([name, options]) => [name, mlpVae({ pixels, latent, ...options, key: key(1) })]),
) as Record<ArchitectureName, ReturnType<typeof mlpVae>>;
afterAll(() => tf.dispose(Object.values(models).map(({ variables }) => ({ ...variables }))));

const x = drawUniform(key(2), pixels);
const ofX = (read: (batch: Tensor2D) => Float32Array) => tf.tidy(() => read(tf.tensor2d(x, [1, pixels])));

const relu = (units: readonly number[]) => units.map((unit) => Math.max(unit, 0));
const linear = (units: readonly number[]) => [...units];
const maxout = (units: readonly number[]) =>
  Array.from({ length: units.length / 4 }, (_, k) => Math.max(...units.slice(4 * k, 4 * k + 4)));

const softplus = (r: number) => Math.log1p(Math.exp(r));
const oxfordLayers = { layers: [relu, linear, linear], units: 400, head: 'rawVariance' };

/**
 * Hidden layers in the order in which encoder and decoder apply them, width before the maximum, and the head's variance
 * of its output.
 */
const published: Readonly<
  Record<
    ArchitectureName,
    {
      readonly layers: readonly ((units: readonly number[]) => number[])[];
      readonly units: number;
      readonly head: string;
      readonly variance: (r: number) => number;
    }
  >
> = {
  oxford: { ...oxfordLayers, variance: softplus },
  'oxford-bounded': { ...oxfordLayers, variance: (r) => Math.min(5, Math.max(1e-4, softplus(r))) },
  maxout: { layers: [maxout, maxout], units: 1600, head: 'rawVariance', variance: softplus },
  pythae: { layers: [relu], units: 400, head: 'logVariance', variance: Math.exp },
  'pythae-deep': { layers: [relu, relu], units: 400, head: 'logVariance', variance: Math.exp },
};

function dense(variables: NamedVariables, name: string, row: readonly number[]): number[] {
  const [kernel, bias] = [variables[`${name}/kernel`]!.dataSync(), variables[`${name}/bias`]!.dataSync()];
  return Array.from(bias, (offset, unit) =>
    row.reduce((sum, value, i) => sum + value * kernel[i * bias.length + unit]!, offset),
  );
}

describe.each(Object.entries(published))('%s', (name, { layers, units, head, variance }) => {
  const model = models[name as ArchitectureName];
  const { variables } = model;
  const through = (part: string, row: readonly number[]) =>
    layers.reduce((features, apply, i) => apply(dense(variables, `${part}/hidden${i + 1}`, features)), row);

  it('has the published layers', () => {
    const hidden = (part: string) => Object.keys(variables).filter((path) => path.startsWith(`${part}/hidden`)).length;
    expect([hidden('encoder'), hidden('decoder')]).toEqual([2 * layers.length, 2 * layers.length]);
    expect(variables['encoder/hidden1/kernel']!.shape).toEqual([pixels, units]);
    expect(variables['decoder/hidden1/kernel']!.shape).toEqual([latent, units]);
  });

  it('infers mean and deviation, and decodes, as its weights say', () => {
    const features = through('encoder', Array.from(x));
    const mean = dense(variables, 'posterior/mean', features);
    const deviations = dense(variables, `posterior/${head}`, features).map((r) => Math.sqrt(variance(r)));
    const noise = [0.5, -2, 1.5];
    const z = ofX((batch) =>
      model
        .infer(batch)
        .sampleAndLogProb(tf.tensor2d([noise]))
        .z.dataSync<'float32'>(),
    );
    const expected = mean.map((value, i) => value + deviations[i]! * noise[i]!);
    expect(differences('z', z, expected, 1e-5)).toEqual([]);
    const logits = tf.tidy(() => model.decode(tf.tensor2d([noise])).dataSync<'float32'>());
    const byHand = dense(variables, 'decoder/output', through('decoder', noise));
    expect(differences('logits', logits, byHand, 1e-5)).toEqual([]);
  });

  it('starts with kernels and biases U(±1/√fanIn), the output’s bias and the heads’ included', () => {
    const kernels = Object.keys(variables).filter((path) => path.endsWith('/kernel'));
    for (const path of kernels) {
      const radius = 1 / Math.sqrt(variables[path]!.shape[0]!);
      for (const each of [path, path.replace('/kernel', '/bias')]) {
        const values = Array.from(variables[each]!.dataSync());
        expect(
          values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
          each,
        ).toBeLessThanOrEqual(Math.fround(radius));
        if (values.length < 400) continue;
        const meanSquare = values.reduce((sum, value) => sum + value * value, 0) / values.length;
        expect(Math.abs(meanSquare / (radius ** 2 / 3) - 1), each).toBeLessThan(
          8 / Math.sqrt(5 * values.length) + 0.01,
        );
      }
    }
  });
});

/** log q of 1 draw if the variance head gives these values for every image. */
function logProbAt(scale: 'oxford' | 'oxford-bounded', rawVariances: readonly number[], noise: Float32Array): number {
  const model = mlpVae({ pixels, latent, ...architectures[scale], key: key(3) });
  const bias = model.variables['posterior/rawVariance/bias']!;
  const kernel = model.variables['posterior/rawVariance/kernel']!;
  tf.tidy(() => {
    bias.assign(tf.tensor1d([...rawVariances]));
    kernel.assign(tf.zerosLike(kernel));
  });
  const drawn = (batch: Tensor2D) => model.infer(batch).sampleAndLogProb(tf.tensor2d(noise, [1, latent]));
  const logProb = ofX((batch) => drawn(batch).logProb.dataSync<'float32'>());
  tf.dispose({ ...model.variables });
  return logProb[0]!;
}

const logNormal = (logStds: readonly number[], noise: Float32Array) =>
  logStds.reduce((sum, logStd, i) => sum - logStd - noise[i]! ** 2 / 2 - Math.log(2 * Math.PI) / 2, 0);

it('a softplus variance is finite far below 0, where its float32 value is 0', () => {
  const noise = drawNormal(key(4), latent);
  const logStds = [-60, Math.log(softplus(-20)) / 2, Math.log(40) / 2];
  expect(logProbAt('oxford', [-120, -20, 40], noise)).toBeCloseTo(logNormal(logStds, noise), 4);
});

it('a bounded variance is 1e-4 below its range and 5 above', () => {
  const noise = drawNormal(key(4), latent);
  const logStds = [Math.log(1e-4) / 2, Math.log(softplus(2)) / 2, Math.log(5) / 2];
  expect(logProbAt('oxford-bounded', [-120, 2, 40], noise)).toBeCloseTo(logNormal(logStds, noise), 4);
});

it('a bounded variance moves its output within the bounds only, eagerly and compiled', async () => {
  const { scale } = architectures['oxford-bounded'];
  const posterior = flowPosterior({ latent, contextWidth: 1, amortize: 'none', base: { scale }, key: key(5) });
  const rawVariance = posterior.variables.rawVariance!;
  tf.tidy(() => rawVariance.assign(tf.tensor2d([[-120, 2, 40]])));
  const gradient: Traceable = ({ noise }) => {
    const loss = () => tf.mean<Scalar>(posterior.at(tf.zeros([1, 1])).sampleAndLogProb(noise as Tensor2D).logProb);
    const { grads } = tf.variableGrads(loss, [rawVariance]);
    return { gradient: Object.values(grads)[0]! };
  };
  const noise = drawNormal(key(4), latent);
  const expected = [0, -1 / (1 + Math.exp(-2)) / (2 * softplus(2)), 0]; // d(−log σ)/dr = −(dσ²/dr)/(2σ²), by hand
  const eager = tf.tidy(() => gradient({ noise: tf.tensor2d(noise, [1, latent]) }).gradient!.dataSync<'float32'>());
  expect(differences('eager', eager, expected, 1e-5)).toEqual([]);
  const compiled = compile(gradient, { variables: posterior.variables });
  const feeds = { noise, mean: new Float32Array(latent), rawVariance: Float32Array.of(-120, 2, 40) };
  const { gradient: traced } = await (await compiled.specialise({ noise: [1, latent] })).run(feeds);
  expect(differences('compiled', traced as Float32Array, expected, 1e-5)).toEqual([]);
  await compiled.dispose();
  tf.dispose({ ...posterior.variables });
});
