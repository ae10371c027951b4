// Experiments in a program: the command's options decide, to the byte, each part that a definition leaves out; each
// part that it has replaces theirs.
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import {
  completeConfig,
  dataSet,
  defineExperiment,
  diagonalNormal,
  elbo,
  evaluate,
  loadModel,
  type ModelContext,
  mlp,
  openRun,
  parseFlow,
  report,
  saveModel,
  standardNormal,
  type Tensor2D,
  tf,
  train,
  trainRun,
  underPrefixes,
  z,
} from 'flowvae';
import { describe, expect, it } from 'vitest';
import { folderOf, idxImages, idxLabels } from '../../datasets/idx-fixtures.ts';
import { freshPath, tinyData, tinySettings } from '../tiny-run.ts';

const data = tinyData();
const config = { ...tinySettings, data };
const values = (variables: Readonly<Record<string, { dataSync(): ArrayLike<number> }>>) =>
  Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, [...Array.from(variable.dataSync())]]));

/** A model of a researcher's own: one layer, a diagonal normal, the least that a model needs. */
function smallest({ rowWidth, pixels, config: { latent }, key: initial }: ModelContext) {
  const encoder = mlp({
    inputWidth: rowWidth,
    hidden: [],
    output: { width: 2 * latent },
    activation: 'relu',
    key: initial,
  });
  const decoder = mlp({ inputWidth: latent, hidden: [], output: { width: pixels }, activation: 'relu', key: initial });
  const prior = standardNormal(latent);
  return {
    variables: underPrefixes({ encoder: encoder.variables, decoder: decoder.variables }),
    latent,
    prior,
    noise: prior.noise,
    at(rows: Tensor2D) {
      const [mean, logStd] = tf.split(encoder.apply(rows), 2, 1) as [Tensor2D, Tensor2D];
      const posterior = diagonalNormal({ mean, logStd });
      const likelihood = (at: Tensor2D) => {
        const spread = tf.sub(
          decoder.apply(at),
          at.shape[0] === rows.shape[0] ? rows : tf.tile(rows, [at.shape[0]! / rows.shape[0]!, 1]),
        );
        return tf.neg(tf.sum(tf.square(spread), 1)) as never;
      };
      return { prior, posterior, likelihood };
    },
  };
}

describe('train', () => {
  it('of an empty definition gives the bytes and the report of the command', async () => {
    const out = freshPath();
    const { report: expected } = await trainRun(completeConfig(config), { out });
    const { parts, report: found, history } = await train(defineExperiment({}), config);
    const { msPerStep: _, peakMemoryMiB: __, config: own, ...same } = found;
    const { experiment, ...shared } = own;
    expect(expected).toMatchObject({ ...same, config: shared });
    expect(experiment).toEqual({ module: null, settings: {} });
    expect(history.length).toBeGreaterThan(0);
    expect(values(parts.model.variables)).toEqual(values((await openRun(out)).parts.model.variables));
  });

  it('keeps no folder unless one is named', async () => {
    const scratch = () => readdirSync(tmpdir()).filter((name) => name.startsWith('flowvae-run-'));
    const before = scratch();
    const run = await train(defineExperiment({}), { ...config, steps: 1, evalImages: 0 });
    expect(run.folder).toBeUndefined();
    expect(scratch()).toEqual(before);
  });

  it('takes options of the definition where the user gives none', async () => {
    const experiment = defineExperiment({ options: { ...config, steps: 2, latent: 3 } });
    const { parts } = await train(experiment, { latent: 2 });
    expect(parts.config).toMatchObject({ steps: 2, latent: 2, seed: tinySettings.seed });
  });

  it('builds on the model of the options, with parts replaced', async () => {
    const experiment = defineExperiment({
      settings: { layers: z.number().int().min(1) },
      model: ({ builtIn, settings, config: { latent } }) =>
        builtIn({ flow: parseFlow(`radial*${settings.layers}`, latent) }),
    });
    const { flow: _, ...others } = config; // given, it would be refused: the module replaces it
    const { parts } = await train(experiment, { ...others, set: { layers: 3 } });
    const radial = await train(defineExperiment({}), { ...config, flow: 'radial*3' });
    expect(values(parts.model.variables)).toEqual(values(radial.parts.model.variables));
  });
});

describe('an experiment with a model, data and an objective of its own', () => {
  const rows = Float32Array.from({ length: 90 }, (_, i) => Math.cos(i));
  const experiment = defineExperiment({
    settings: { shift: z.number().default(0), weight: z.number().default(1) },
    options: { ...tinySettings, binarize: 'auto', standardize: 'no' },
    data: ({ settings: { shift } }) =>
      dataSet({ name: 'waves', x: { values: rows.map((value) => value + shift), shape: [30, 3] } }),
    model: smallest,
    objective: ({ settings: { weight } }) => {
      const plain = elbo();
      return {
        ...plain,
        bound: (model, noise) => {
          const { loss, terms } = plain.bound(model, noise);
          return { loss: tf.mul(loss, weight), terms };
        },
      };
    },
  });

  it('trains, evaluates and reports', async () => {
    const run = await train(experiment, { set: { shift: 2 } });
    expect(run.parts.set.name).toBe('waves');
    expect(Object.keys(run.parts.model.variables)).toContain('encoder/output/kernel');
    const evaluation = await evaluate(run);
    expect(evaluation?.nll).toBeCloseTo(run.report.testNll!, 5);
    const { terms } = run.report;
    expect(terms!.logLikelihood + terms!.logPrior - terms!.logBase + terms!.logDet).toBeCloseTo(
      run.report.testElbo!,
      3,
    );
    const { html, diagnostics, figures } = (await report(run, { name: 'mine' }))!;
    expect(html).toContain('mine: model of experiment, latent 2');
    expect(diagnostics.gaps).toEqual([]);
    expect(figures).toEqual({}); // nobody asked for files
  });

  it('takes its settings: other data, and another scale of the loss with the same gradient direction', async () => {
    const [one, shifted] = [await train(experiment, {}), await train(experiment, { set: { shift: 5 } })];
    expect(one.parts.set.checksum()).not.toBe(shifted.parts.set.checksum());
    const still = await train(experiment, { set: { weight: 0 } });
    expect(values(still.parts.model.variables)['decoder/output/bias']).toEqual([0, 0, 0]);
    expect(values(one.parts.model.variables)['decoder/output/bias']).not.toEqual([0, 0, 0]);
  });

  it('leaves a set of its own open for its next run', async () => {
    const rows = { values: Float32Array.from({ length: 40 }, (_, i) => i % 2), shape: [20, 2] };
    let closed = 0;
    const set = { ...dataSet({ name: 'bits', x: rows, test: { x: rows } }), close: () => void closed++ };
    const definition = defineExperiment({ data: () => set, options: { binarize: 'auto' } });
    const { binarize: _, ...settings } = tinySettings;
    await train(definition, { ...settings, steps: 2 });
    await train(definition, { ...settings, steps: 2 });
    expect(closed).toBe(0);
  });

  it('in a kept folder is opened again with its definition, and not without', async () => {
    const out = freshPath();
    const { parts } = await train(experiment, { set: { shift: 1 } }, { out });
    expect(existsSync(out)).toBe(true);
    const again = await openRun(out, {}, { experiment });
    expect(values(again.parts.model.variables)).toEqual(values(parts.model.variables));
    expect(again.parts.plan.own?.values).toEqual({ shift: 1, weight: 1 });
    await expect(openRun(out)).rejects.toThrow(
      'expected a run of a module, got one whose experiment a program holds; open it there: openRun(folder, {}, { experiment })',
    );
  });
});

it('a saved model of an experiment is loaded with its definition, and not without', async () => {
  const experiment = defineExperiment({ settings: { wide: z.boolean() }, model: smallest });
  const { parts } = await train(experiment, { data, steps: 2, latent: 2, set: { wide: true }, evalImages: 0 });
  const folder = freshPath();
  saveModel(folder, { ...parts, own: parts.plan.own });
  const loaded = loadModel(folder, { experiment });
  expect(values(loaded.model.variables)).toEqual(values(parts.model.variables));
  expect(loaded.own?.values).toEqual({ wide: true });
  expect(() => loadModel(folder)).toThrow(
    'experiment: expected the definition of its experiment, which makes the model, got none; pass it: loadModel(folder, { experiment })',
  );
});

describe('defineExperiment and train refuse', () => {
  it.each([
    [
      'an unknown part',
      () => defineExperiment({ modle: () => undefined } as never),
      /^defineExperiment: modle: expected one of settings, options, data, model, objective, got an unknown part/,
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
