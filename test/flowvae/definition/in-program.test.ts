// Experiments in a program: the command's options decide, to the byte, each part that a definition leaves out; each
// part that it has replaces theirs.
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import {
  completeConfig,
  dataSet,
  defineExperiment,
  elbo,
  evaluate,
  loadModel,
  openRun,
  parseFlow,
  report,
  saveModel,
  tf,
  train,
  trainRun,
  z,
} from 'flowvae';
import { describe, expect, it } from 'vitest';
import { freshPath, tinyData, tinySettings } from '../tiny-run.ts';
import { smallest } from './smallest-model.ts';

const data = tinyData();
const config = { ...tinySettings, data };
const values = (variables: Readonly<Record<string, { dataSync(): ArrayLike<number> }>>) =>
  Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, [...Array.from(variable.dataSync())]]));

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
