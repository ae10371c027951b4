// A standardisation inside a model: densities of the data, variables that no optimiser changes, starts, and refusals.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elbo } from '@flowvae/objectives';
import { drawNormal, key } from '@flowvae/random';
import { RunFolder } from '@flowvae/runs';
import { parameterCount, type Tensor2D, tf } from '@flowvae/tensor';
import { adam, type FitOptions, type FitStart, fit, variational } from '@flowvae/training';
import { type MlpVae, type MlpVaeOptions, mlpVae, parseLikelihood } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';

const [P, D, B] = [4, 2, 6];
const units = { mean: Float32Array.of(100, -3, 0.5, 2e4), scale: Float32Array.of(8, 0.25, 1, 512) };

const made: MlpVae[] = [];
const folder = mkdtempSync(join(tmpdir(), 'flowvae-standardisation-'));
afterAll(() => {
  tf.dispose(made.map(({ variables }) => ({ ...variables })));
  rmSync(folder, { recursive: true });
});

function modelOf(options: Partial<MlpVaeOptions> = {}): MlpVae {
  const likelihood = parseLikelihood('gaussian');
  const network = { pixels: P, latent: D, hidden: [5], activation: 'tanh', key: key(1) } as const;
  const model = mlpVae({ ...network, likelihood, standardisation: units, ...options });
  made.push(model);
  return model;
}

const inside = Float32Array.from(drawNormal(key(2), B * P), (value) => Math.round(64 * value) / 64); // exact in float32
const x = inside.map((value, i) => value * units.scale[i % P]! + units.mean[i % P]!);
const noise = shaped(drawNormal(key(3), B * D), [B, D]);
const values = (model: MlpVae, name: string) => [...model.variables[name]!.dataSync()];
const bound = (model: MlpVae) => (given: Tensors) =>
  elbo().bound(model.at(given.x as Tensor2D), given.noise as Tensor2D).terms;

describe('a standardised model', () => {
  const outer = modelOf();
  const inner = modelOf({
    standardisation: undefined,
    meanImage: new Float32Array(P),
    deviation: new Float32Array(P).fill(1),
  });
  const logScales = units.scale.reduce((sum, scale) => sum + Math.log(scale), 0);

  it('has the bound of the model of standardised data, less Σ log scale, eager and compiled', async () => {
    const expected = eager(bound(inner), { x: shaped(inside, [B, P]), noise }).elbo!;
    const given = { x: shaped(x, [B, P]), noise };
    for (const { elbo: found } of [eager(bound(outer), given), await compiled(bound(outer), given, outer.variables)]) {
      expect(
        differences(
          'bound',
          found!,
          Array.from(expected, (value) => value - logScales),
          1e-6,
        ),
      ).toEqual([]);
    }
  });

  it('has samples, reconstructions and p(x|z) in the units of the data', () => {
    const back = (given: ArrayLike<number>) =>
      Array.from(given, (value, i) => value * units.scale[i % P]! + units.mean[i % P]!);
    const of = (model: MlpVae, data: Float32Array) =>
      eager(
        (given) => {
          const epsilon = given.noise as Tensor2D;
          const p = model.observe(epsilon);
          return {
            sample: model.sample(epsilon),
            reconstruction: model.reconstruct(given.x as Tensor2D, epsilon),
            draw: p.sampleAndLogProb(tf.ones([B, P])).z,
            score: p.logProb(given.x as Tensor2D),
            likelihood: model.at(given.x as Tensor2D).likelihood(epsilon),
          };
        },
        { x: shaped(data, [B, P]), noise },
      );
    const [found, expected] = [of(outer, x), of(inner, inside)];
    for (const name of ['sample', 'reconstruction', 'draw']) {
      expect(differences(name, found[name]!, back(expected[name]!), 1e-6)).toEqual([]);
    }
    expect(found.likelihood).toEqual(found.score);
  });

  it('counts its trained scalars alone', () => {
    expect(Object.keys(outer.variables).slice(-2)).toEqual(['data/mean', 'data/scale']);
    expect(values(outer, 'data/scale')).toEqual([...units.scale]);
    expect(parameterCount(outer.variables)).toBe(parameterCount(inner.variables));
  });

  it('of zeros takes another model’s values from its file, standardisation included', () => {
    const run = RunFolder.create(join(folder, 'run'), {});
    run.saveModel(outer.variables);
    const unit = { mean: new Float32Array(P), scale: new Float32Array(P).fill(1) };
    const read = modelOf({ initialisation: 'zeros', standardisation: unit });
    run.loadModel(read.variables);
    const given = { x: shaped(x, [B, P]), noise };
    expect(eager(bound(read), given)).toEqual(eager(bound(outer), given));
  });
});

const steps: readonly (readonly [string, Partial<FitOptions>, boolean])[] = [
  ['compiled', { engine: 'compiled' }, false],
  ['eager', { engine: 'eager' }, false],
  ['two threads', { engine: 'compiled', threads: 2 }, false],
  ['compiled, masked', { engine: 'compiled' }, true],
  ['eager, masked', { engine: 'eager' }, true],
  ['two threads, masked', { engine: 'compiled', threads: 2 }, true],
];
const losses: Record<string, number[]> = {};

it.each(steps)(
  'training of a standardised model, %s, moves its weights and not its standardisation',
  async (name, how, masked) => {
    const model = modelOf({ masked });
    const [width, before] = [masked ? 2 * P : P, values(model, 'decoder/output/bias')];
    const rows = Float32Array.from({ length: B * width }, (_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return column < P ? x[row * P + column]! : Number((row + column) % 3 !== 0);
    });
    const problem = variational({
      modelAt: model.at,
      objective: elbo(),
      noise: model.noise,
      batchSize: B,
      width,
      data: () => rows,
      key: key(4),
    });
    const starts: FitStart[] = [];
    const { history } = await fit({
      ...problem,
      variables: model.variables,
      optimizer: adam(1e-2),
      steps: 5,
      entryEvery: 1,
      ...how,
      callbacks: [{ onStart: (start) => void starts.push(start) }],
    });
    expect(starts.map(({ rowsTogether }) => rowsTogether)).toEqual([undefined]);
    expect(values(model, 'data/mean')).toEqual([...units.mean]);
    expect(values(model, 'data/scale')).toEqual([...units.scale]);
    expect(values(model, 'decoder/output/bias')).not.toEqual(before);
    const found = history.map(({ loss }) => loss);
    expect(found).toHaveLength(5);
    losses[`${masked}`] ??= found;
    expect(differences(`losses, ${name}`, found, losses[`${masked}`]!, 1e-5)).toEqual([]);
  },
);

describe('the start of a standardised model', () => {
  const start = (options: Partial<MlpVaeOptions>) => {
    const model = modelOf(options);
    return [values(model, 'decoder/output/bias'), values(model, 'likelihood/logStd')] as const;
  };

  it('is the mean and the deviation of the data, in the units of the model', () => {
    const [bias, logStd] = start({
      meanImage: Float32Array.of(108, -3, 0, 2e4),
      deviation: Float32Array.of(4, 0.25, 1, 256),
    });
    expect(bias).toEqual([1, 0, -0.5, 0]);
    expect(logStd[0]).toBeCloseTo(0.5 * Math.log((0.25 + 1 + 1 + 0.25) / 4), 6);
  });

  it('is mean 0 and deviation 1 where nothing else is given', () => {
    expect(start({})).toEqual([[0, 0, 0, 0], [0]]);
  });

  it('without standardisation takes real means as they are, and the deviation if it is given', () => {
    const meanImage = Float32Array.of(5, -2, 0.5, 0);
    const [bias, logStd] = start({ standardisation: undefined, meanImage, deviation: new Float32Array(P).fill(3) });
    expect(bias).toEqual([...meanImage]);
    expect(logStd[0]).toBeCloseTo(Math.log(3), 6);
    expect(start({ standardisation: undefined })[1][0]).toBeCloseTo(Math.log(0.5), 6); // values of 0 and 1, as before
    expect(start({ standardisation: undefined, deviation: new Float32Array(P) })[1]).toEqual([0]); // not the floor
  });
});

const ones = (count: number) => new Float32Array(count).fill(1);
it.each<[string, Partial<MlpVaeOptions>, string]>([
  [
    'scale 0',
    { standardisation: { mean: ones(P), scale: new Float32Array(P) } },
    'standardisation: scale[0]: expected a positive, finite number, got 0; give a constant variable scale 1',
  ],
  [
    'mean NaN',
    { standardisation: { mean: ones(P).fill(Number.NaN, 2), scale: ones(P) } },
    'standardisation: mean[2]: expected a finite number, got NaN',
  ],
  [
    'too few scales',
    { standardisation: { mean: ones(P), scale: ones(3) } },
    'standardisation: scale: expected 4 values, as mean has, got 3',
  ],
  [
    'too few columns',
    { standardisation: { mean: ones(3), scale: ones(3) } },
    'mlpVae: standardisation: expected 4 columns, got 3',
  ],
  [
    'bits',
    { likelihood: parseLikelihood('bernoulli') },
    'standardisation of column 0: expected mean 0 and scale 1: the likelihood bernoulli gives this column a probability, not a density, got mean 100 and scale 8',
  ],
  [
    'levels',
    { likelihood: parseLikelihood('logistic-mixture') },
    'the likelihood logistic-mixture gives this column a probability',
  ],
])('a standardisation of %s is refused', (_, options, said) => {
  expect(() => modelOf(options)).toThrow(said);
});
