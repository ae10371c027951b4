// Experiments in a program that are refused: parts, settings, and options that a part replaces or never reads.
import { defineExperiment, elbo, standardNormal, train, z } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { folderOf, idxImages, idxLabels } from '../../datasets/idx-fixtures.ts';
import { tinyData, tinySettings } from '../tiny-run.ts';
import { smallest } from './smallest-model.ts';

const config = { ...tinySettings, data: tinyData() };

describe('defineExperiment and train refuse', () => {
  it.each([
    [
      'an unknown part',
      () => defineExperiment({ modle: () => undefined } as never),
      /^defineExperiment: modle: expected one of settings, options, data, model, objective, title, got an unknown part/,
    ],
    [
      'a part of another kind',
      () => defineExperiment({ model: 3 } as never),
      /^defineExperiment: model: expected a function, got number/,
    ],
  ])('%s', (_, define, message) => {
    expect(define).toThrow(message);
  });

  const own = defineExperiment({ settings: { depth: z.number().int().min(1).max(9) }, model: smallest });
  const ofModel = (model: unknown) => defineExperiment({ model: () => model as never });
  it.each([
    [
      'an unknown setting',
      own,
      { set: { dept: 3 } },
      /^train: set\.dept: expected one of depth, got an unknown setting; did you mean depth/,
    ],
    ['a missing setting', own, {}, /^train: set\.depth: expected number, got none/],
    [
      'a setting out of its range',
      own,
      { set: { depth: 12 } },
      /^train: set\.depth: expected number to be <=9, got 12/,
    ],
    [
      'a setting that JSON does not keep',
      defineExperiment({ settings: { at: z.date() } }),
      { set: { at: new Date(0) } },
      /^train: set\.at: expected a setting whose values JSON keeps/,
    ],
    [
      'an option that the model does not read',
      own,
      { set: { depth: 2 }, flow: 'planar*3' },
      /^--flow: expected an option that the model of the module reads, got planar\*3, which it does not/,
    ],
    [
      'an objective beside its own',
      defineExperiment({ objective: () => elbo() }),
      { objective: 'iwae(2)' },
      /^--objective: expected no objective beside a module that has one, got iwae\(2\)/,
    ],
    [
      'an option that builtIn is given another value for',
      defineExperiment({ model: ({ builtIn }) => builtIn({ latent: 3 }) }),
      { latent: 2 },
      /^--latent: expected an option that the model of the module reads, got 2, which it does not/,
    ],
    [
      'an estimator beside an objective of its own that does not read it',
      defineExperiment({ objective: () => elbo() }),
      { samples: 3 },
      /^--samples: expected an option that the objective of the module reads, got 3, which it does not/,
    ],
    [
      'a schedule beside the text of an objective that takes none',
      defineExperiment({ objective: () => 'inclusive-kl(2)' }),
      { anneal: 'kl' },
      /^--anneal: expected none beside the module's objective inclusive-kl\(2\), got kl/,
    ],
    [
      'a model without latent',
      ofModel({ variables: {} }),
      {},
      /^experiment: model: latent: expected a whole number, the width of z, got none/,
    ],
    [
      'a model without rows',
      ofModel({ variables: {}, latent: 2, noise: { kind: 'normal', width: 2 }, prior: standardNormal(2) }),
      {},
      /^experiment: model: at: expected a function of rows, got none/,
    ],
    [
      'no model at all',
      ofModel(undefined),
      {},
      /^experiment: model: variables: expected its variables by path, got none/,
    ],
    [
      'an unknown option of its own',
      defineExperiment({ options: { warp: 9 } as never }),
      {},
      /^experiment: options: warp: expected one of .*, got an unknown setting/,
    ],
  ])('%s', async (_, experiment, given, message) => {
    await expect(train(experiment, { ...config, ...(given as object) })).rejects.toThrow(message);
  });
});

const labelled = folderOf({
  'train-images-idx3-ubyte': idxImages(60, 6, 5),
  'train-labels-idx1-ubyte': idxLabels(60),
  't10k-images-idx3-ubyte': idxImages(12, 6, 5),
  't10k-labels-idx1-ubyte': idxLabels(12),
});

it.each([
  ['standardize', 'no'],
  ['condition', 'y'],
] as const)('train refuses --%s for a model that does not read its data start or its layout', async (name, value) => {
  const experiment = defineExperiment({ options: { latent: 2, steps: 1, evalImages: 0 }, model: smallest });
  await expect(train(experiment, { data: labelled, [name]: value })).rejects.toThrow(
    `--${name}: expected an option that the model of the module reads, got ${value}, which it does not`,
  );
});
