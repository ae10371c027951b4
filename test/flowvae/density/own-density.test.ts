// A density as the model of a user's experiment, and the built-in one in a program.
import {
  dataSet,
  defineExperiment,
  densityModel,
  drawNormal,
  evaluate,
  key,
  loadModel,
  numbersSupport,
  parseInvertibleFlow,
  report,
  saveModel,
  standardisedFlow,
  train,
} from 'flowvae';
import { describe, expect, it } from 'vitest';
import { freshPath } from '../tiny-run.ts';

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
    expect(run.report).toMatchObject({ dequantisation: 'none', flow: null, evalSamples: 1 });
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
