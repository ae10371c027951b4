// A density as the model of a user's experiment, and the built-in one in a program.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  dataSet,
  defineExperiment,
  densityExperiment,
  densityModel,
  drawNormal,
  evaluate,
  key,
  loadModel,
  numbersSupport,
  openRun,
  parseInvertibleFlow,
  report,
  saveModel,
  score,
  standardisedFlow,
  train,
} from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { scoreColumns } from '../../../packages/flowvae/src/run/scoring/score-rows.ts';
import { refusedInTurn } from '../../processes/commands-in-turn.ts';
import { flowvaeHere } from '../in-process.ts';
import { userFolder } from '../modules/user-folder.ts';
import { freshPath } from '../tiny-run.ts';
import { pictures } from './density-data.ts';

const values = drawNormal(key(1), 400).map((value, i) => (i % 2 ? value : 100 + 5 * value));

/** A density of two columns, of normals of deviation 5 and 1, and the rows that it was started from. */
function experimentOf(started: number[]) {
  return defineExperiment({
    options: { batch: 50, steps: 20, evalSamples: 4, threads: 1 },
    data: () => dataSet({ name: 'rows', x: { values, shape: [200, 2] } }),
    model({ pixels, key: root, trainingRows }) {
      const rows = trainingRows(100);
      if (rows) started.push(...rows);
      const flow = standardisedFlow(parseInvertibleFlow('realnvp', pixels));
      return densityModel({ flow, support: numbersSupport(pixels), key: root, rows });
    },
    title: () => 'one coupling',
  });
}

describe('a model part that returns a density', () => {
  it('trains, evaluates and reports it; its rows are those of the training', async () => {
    const started: number[] = [];
    const run = await train(experimentOf(started), { seed: 2 });
    expect(started).toHaveLength(200);
    const points = new Set(Array.from({ length: 200 }, (_, i) => values.subarray(2 * i, 2 * i + 2).join()));
    for (let i = 0; i < 200; i += 2) expect(points.has(started.slice(i, i + 2).join())).toBe(true);
    const entropy = Math.log(2 * Math.PI * Math.E) + Math.log(5); // of both columns
    const evaluation = (await evaluate(run))!;
    expect(Math.abs(evaluation.nll - entropy)).toBeLessThan(4 * evaluation.nllStandardError + 0.1);
    expect(evaluation.samples).toBe(1); // exact
    expect(run.report).toMatchObject({ dequantisation: 'none', evalSamples: 1 });
    expect(run.report.unused).toContain('flow');
    expect(run.report).not.toHaveProperty('flow');
    const page = (await report(run, { name: 'mine' }))!;
    expect(page.html).toContain('mine: one coupling');
    expect(page.diagnostics.estimates).toHaveLength(run.report.evalImages);
  });

  it('draws no rows where its weights are read, and is saved and loaded with its definition', async () => {
    const started: number[] = [];
    const experiment = experimentOf(started);
    const { parts } = await train(experiment, { seed: 2, steps: 1 });
    const folder = freshPath();
    saveModel(folder, { ...parts, own: parts.plan.own });
    const before = started.length;
    const { model } = loadModel(folder, { experiment });
    expect(started).toHaveLength(before);
    const weights = (of: typeof model) => Object.values(of.variables).map((variable) => [...variable.dataSync()]);
    expect(weights(model)).toEqual(weights(parts.model));
  });
});

describe('a module whose model takes other numbers than the data have', () => {
  const narrow = `
    import { defineExperiment, densityModel, numbersSupport, parseInvertibleFlow, tf } from 'flowvae';
    const options = { binarize: 'none', steps: 2, batch: 5, threads: 1 };
    const dim = 9;
  `;
  const density = `${narrow}
    const densityOf = (key) =>
      densityModel({ flow: parseInvertibleFlow('realnvp', dim), support: numbersSupport(dim), key });`;
  const hidden = '({ ...densityOf(key), latent: pixels })';
  const raw = '({ ...densityOf(key), latent: pixels, at: (x) => tf.add(x, tf.zeros([1, dim])) })';
  const folder = userFolder({
    'narrow.js': `${density} export default defineExperiment({ options, model: ({ key }) => densityOf(key) });`,
    'raw.js': `${density} export default defineExperiment({ options, model: ({ key, pixels }) => ${raw} });`,
    'hidden.js': `${density} export default defineExperiment({ options, model: ({ key, pixels }) => ${hidden} });`,
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is refused in one line, and leaves no run folder', async () => {
    const data = pictures();
    const command = (name: string) => ['train', `${name}.js`, '--data', data, '--out', name, '--quiet'];
    const names = ['narrow', 'hidden', 'raw'];
    const [narrow, shaped, plain] = await refusedInTurn(names.map(command), { folder });
    expect(narrow).toMatch(/narrow: model: expected a density of 16 numbers, as the data have, got one of 9\n?$/);
    expect(shaped).toMatch(/hidden: model: realnvp\.inverse: y: expected \[batch, 9\], got \[5, 16\]\n?$/);
    expect(plain).toMatch(
      /raw: model: expected operations that take the data, 16 numbers in a row, got Error: [^\n]+ \([^\n]+raw\.js:\d+:\d+\)\n?$/,
    );
    for (const name of names) expect(existsSync(join(folder, name)), name).toBe(false);
  });
});

describe('the built-in density in a program', () => {
  it('scores rows as its evaluation does, and leaves a run that the command opens', async () => {
    const out = freshPath();
    const settings = { data: pictures(), batch: 10, steps: 3, evalSamples: 5, evalImages: 6, threads: 1 };
    const run = await train(densityExperiment, { ...settings, set: { depth: 1, width: 3 } }, { out });
    const scores = await score(run, { images: 6, samples: 5 });
    const mean = scores.reduce((sum, { logP }) => sum + logP, 0) / scores.length;
    expect(scores.map(({ row }) => row)).toEqual([60, 61, 62, 63, 64, 65]); // over both files
    expect(mean).toBeCloseTo(-run.report.testNll!, 3);
    expect((await score(run, { split: 'train', images: 2 })).map(({ row }) => row)).toEqual([0, 1]);
    expect((await openRun(out)).parts.plan.own?.builtIn).toBe('density');
    const path = `${freshPath()}.npy`;
    expect((await flowvaeHere(['score', out, '--out', path, '--images', '2'])).code).toBe(0);
    const values = (await score(run, { images: 2 })).flatMap((row) => scoreColumns.map((name) => row[name]));
    const bytes = readFileSync(path);
    expect(bytes.subarray(-4 * values.length).equals(Buffer.from(Float32Array.from(values).buffer))).toBe(true);
    expect(values.every(Number.isFinite)).toBe(true); // k̂ takes 21 samples, the run has 5
    await expect(score(run, { samples: 0 })).rejects.toThrow('score: samples: expected a whole number');
  });
});
