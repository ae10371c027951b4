// The likelihood of tables in a model: its layout, starts, and variables.
import { elbo } from '@flowvae/objectives';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import {
  acceptsForm,
  type DataForm,
  likelihoods,
  type MlpVae,
  type MlpVaeOptions,
  mlpVae,
  parseLikelihood,
} from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, shaped } from '../laws/evaluation.ts';

const layout = [
  { kind: 'number', at: 0, width: 1 },
  { kind: 'category', at: 1, width: 3 },
  { kind: 'bit', at: 4, width: 1 },
  { kind: 'number', at: 5, width: 1 },
] as const;
const P = 6;
const likelihood = parseLikelihood('columns', { columns: layout });

const made: MlpVae[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

function modelOf(options: Partial<MlpVaeOptions> = {}): MlpVae {
  const model = mlpVae({ pixels: P, latent: 2, hidden: [4], activation: 'tanh', likelihood, key: key(1), ...options });
  made.push(model);
  return model;
}

describe('columns', () => {
  const mean = Float32Array.of(12, 0.2, 0.7, 0.1, 0.25, -3);
  const deviation = Float32Array.of(4, 1, 1, 1, 1, 0.5);

  it('start at the data: means of numbers, shares of classes, probabilities of bits, deviations', () => {
    const { bias, params } = likelihood.start(mean, deviation);
    const { means } = eager(() => {
      const logStd = tf.tensor2d(params.logStd!, [1, 2]);
      return { means: likelihood.at(tf.tensor2d(bias, [1, P]), { logStd }).mean() };
    }, {});
    expect(differences('mean', means!, mean, 1e-6)).toEqual([]);
    expect(differences('logStd', params.logStd!, [Math.log(4), Math.log(0.5)], 1e-6)).toEqual([]);
  });

  it('start with deviation 1 where none is given, and with finite logits at shares of 0 and 1', () => {
    const { bias, params } = likelihood.start(Float32Array.of(0, 0, 1, 0, 1, 0));
    expect([...params.logStd!]).toEqual([0, 0]);
    expect(bias.every(Number.isFinite)).toBe(true);
  });

  it('of a column that never changes cost a new model as little as others', () => {
    const constant = Float32Array.of(0, 1, 1, 1, 1, 2 ** -20);
    const { variables, ...model } = modelOf({ meanImage: mean, deviation: constant });
    const { each } = eager(({ z, x }) => ({ each: model.observe(z as Tensor2D).logProbOfEach(x as Tensor2D) }), {
      z: shaped(drawNormal(key(4), 40), [20, 2]),
      x: shaped([...mean], [1, P]),
    });
    for (const [i, value] of each!.entries()) expect([i, value > -20]).toEqual([i, true]);
    expect([...variables['likelihood/logStd']!.dataSync()]).toEqual([0, 0]);
  });

  it('of a model start, without a mean, at numbers of 0 and equal shares', () => {
    const bias = modelOf().variables['decoder/output/bias']!.dataSync();
    expect([bias[0], bias[4], bias[5]]).toEqual([0, 0, 0]);
    expect(new Set(bias.subarray(1, 4)).size).toBe(1);
  });

  it('have a scale for each number, and none without numbers', () => {
    expect(modelOf().variables['likelihood/logStd']!.shape).toEqual([1, 2]);
    const bits = parseLikelihood('columns', { columns: [{ kind: 'bit', at: 0, width: 1 }] });
    expect(
      Object.keys(modelOf({ pixels: 1, likelihood: bits }).variables).filter((name) => name.startsWith('likelihood/')),
    ).toEqual([]);
  });

  it('standardise numbers alone: the start is in their units, and so are draws', () => {
    const standardisation = { mean: Float32Array.of(10, 0, 0, 0, 0, -1), scale: Float32Array.of(4, 1, 1, 1, 1, 2) };
    const { variables, ...model } = modelOf({ meanImage: mean, standardisation });
    expect([...variables['likelihood/logStd']!.dataSync()]).toEqual([0, 0]);
    for (const [name, variable] of Object.entries(variables)) {
      if (name.endsWith('kernel')) tf.tidy(() => variable.assign(tf.zerosLike(variable)));
    }
    const { sample } = eager(({ noise }) => ({ sample: model.sample(noise as Tensor2D) }), {
      noise: shaped(drawNormal(key(2), 2), [1, 2]),
    });
    expect(differences('sample', sample!, mean, 1e-6)).toEqual([]);
  });

  it('have a finite bound with a gradient at every variable', () => {
    const model = modelOf({ meanImage: mean, deviation });
    const rows = [12, 0, 1, 0, 1, -3, 9, 1, 0, 0, 0, -2];
    const names = Object.keys(model.variables);
    const { loss, ...slopes } = eager(
      ({ x, noise }) => {
        const { value, grads } = tf.variableGrads(() => elbo().bound(model.at(x as Tensor2D), noise as Tensor2D).loss);
        return { loss: value, ...Object.fromEntries(names.map((name) => [name, grads[model.variables[name]!.name]!])) };
      },
      { x: shaped(rows, [2, P]), noise: shaped(drawNormal(key(3), 4), [2, 2]) },
    );
    expect(Number.isFinite(loss![0])).toBe(true);
    for (const name of names) expect([name, slopes[name]!.some((slope) => slope !== 0)]).toEqual([name, true]);
  });
});

it.each<[string, () => unknown, string]>([
  [
    'without a layout',
    () => parseLikelihood('columns'),
    "likelihood columns: expected the layout of the columns, got none; make it with parseLikelihood('columns', { columns: layout })",
  ],
  [
    'with a gap',
    () => parseLikelihood('columns', { columns: layout.slice(1) }),
    'columns: column 0: expected at 0, where the column before it ends, got at 1',
  ],
  [
    'of other columns than the data',
    () => modelOf({ pixels: 7 }),
    'mlpVae: likelihood columns: expected 7 columns, got 6',
  ],
  [
    'with a standardised category',
    () => modelOf({ standardisation: { mean: new Float32Array(P), scale: new Float32Array(P).fill(2) } }),
    'standardisation of column 1: expected mean 0 and scale 1: the likelihood columns gives this column a probability, not a density, got mean 0 and scale 2',
  ],
])('the likelihood columns %s is refused', (_, make, said) => {
  expect(make).toThrow(said);
});

it('acceptsForm: a likelihood describes its own form of data and those inside it', () => {
  const forms: readonly DataForm[] = ['bits', 'grey', 'levels', 'real', 'columns'];
  const accepted = (name: string) => {
    const given = [...likelihoods, likelihood].find((each) => each.name === name)!;
    return forms.filter((form) => acceptsForm(given, form));
  };
  expect(accepted('bernoulli')).toEqual(['bits']);
  expect(accepted('continuous-bernoulli')).toEqual(['grey', 'levels']);
  expect(accepted('logit-normal')).toEqual(['grey', 'levels']);
  expect(accepted('categorical')).toEqual(['levels']);
  expect(accepted('gaussian')).toEqual(['grey', 'levels', 'real']);
  expect(accepted('columns')).toEqual(['grey', 'real', 'columns']);
});
