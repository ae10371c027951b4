// Every likelihood: its density against the float64 program and against 1, its moments, extreme outputs, compiled =
// eager, and where it starts.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bitsPerDimension } from '@flowvae/distributions';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { type LikelihoodParams, likelihoods, parseLikelihood } from '@flowvae/vae';
import { describe, expect, it } from 'vitest';
import { likelihoodCases } from '../cases/likelihoods.ts';
import { differences, gradientDifferences } from '../laws/comparison.ts';
import { eachIsTheReference, eachSumsToItsRow, eachValue, isFiniteAtZero } from '../laws/each-value-laws.ts';
import { compiled, eager } from '../laws/evaluation.ts';
import { everything, hasItsMoments, isNormalised, isTheReference, staysFinite } from '../laws/likelihood-laws.ts';
import { likelihoodMutants } from '../laws/likelihood-mutants.ts';

const laws = {
  isTheReference,
  isNormalised,
  hasItsMoments,
  staysFinite,
  eachIsTheReference,
  eachSumsToItsRow,
  isFiniteAtZero,
};
const rowOf = (name: string) => likelihoodCases.find((row) => row.name === name)!;

describe.each(likelihoodCases.map((row) => [row.name, row] as const))('%s', (_, row) => {
  it.each(Object.entries(laws))('%s', (__, law) => {
    expect(law(row)).toEqual([]);
  });

  it('is the same compiled: scores, gradients, mean, draws', async () => {
    const { fn, inputs } = everything(row);
    const results = eager(fn, inputs);
    const onGraph = await compiled(fn, inputs);
    expect(Object.keys(onGraph).toSorted()).toEqual(Object.keys(results).toSorted());
    for (const [name, values] of Object.entries(results)) {
      expect(gradientDifferences(name, onGraph[name]!, values, 1e-5)).toEqual([]);
    }
  });

  it('is the same compiled: scores of each value and their gradients', async () => {
    const { fn, inputs } = eachValue(row);
    const results = eager(fn, inputs);
    const onGraph = await compiled(fn, inputs);
    for (const [name, values] of Object.entries(results)) {
      expect(gradientDifferences(name, onGraph[name]!, values, 1e-5)).toEqual([]);
    }
  });

  it('scores one x against every row, and every x against one row', () => {
    const { fn: __, inputs, x } = everything(row);
    const [rows, count] = inputs.outputs.shape as [number, number];
    const pixels = x.length / rows;
    const score = (data: Float32Array, outputs: Float32Array) =>
      eager(
        ({ outputs: given, ...own }) => ({
          scores: parseLikelihood(row.name)
            .at(given as Tensor2D, own as LikelihoodParams)
            .logProb(tf.tensor2d(data, [data.length / pixels, pixels])),
        }),
        { ...inputs, outputs: { values: outputs, shape: [outputs.length / count, count] } },
      ).scores!;
    const { values } = inputs.outputs;
    const single = (i: number, j: number) =>
      score(x.subarray(i * pixels, (i + 1) * pixels), values.subarray(j * count, (j + 1) * count))[0]!;
    const all = Array.from({ length: rows }, (___, i) => i);
    const oneX = score(x.subarray(0, pixels), values);
    const oneRow = score(x, values.subarray(0, count));
    expect(
      differences(
        'one x',
        oneX,
        all.map((i) => single(0, i)),
        1e-6,
      ),
    ).toEqual([]);
    expect(
      differences(
        'one row',
        oneRow,
        all.map((i) => single(i, 0)),
        1e-6,
      ),
    ).toEqual([]);
  });

  it('detached cuts outputs and own variables off', () => {
    const likelihood = parseLikelihood(row.name);
    const cut = everything(row, (outputs, own) => likelihood.at(outputs, own).detached());
    const [whole, results] = [eager(everything(row).fn, cut.inputs), eager(cut.fn, cut.inputs)];
    expect(results.scores).toEqual(whole.scores);
    const silent = Object.keys(results).filter((name) => name.startsWith('gradient:'));
    expect(silent.length).toBeGreaterThan(0);
    for (const name of silent) {
      expect(results[name]!.every((value) => value === 0)).toBe(true);
      expect(whole[name]!.some((value) => value !== 0)).toBe(true);
    }
  });

  it('starts near the mean of the data', () => {
    const likelihood = parseLikelihood(row.name);
    const mean = Float32Array.of(0, 0.02, 0.13, 0.5, 0.81, 1);
    const { bias, params } = likelihood.start(mean);
    expect(bias).toHaveLength(likelihood.outputsPerPixel * mean.length);
    const { values } = eager(() => {
      const own = Object.fromEntries(
        Object.entries(params).map(([name, each]) => [name, tf.tensor2d(each, [1, each.length])]),
      );
      return { values: likelihood.at(tf.tensor2d(bias, [1, bias.length]), own).mean() };
    }, {});
    // one broad component spreads over both ends
    expect(differences('mean', values!, mean, row.name === 'logistic-mixture(1)' ? 0.25 : 0.08)).toEqual([]);
    expect(Object.keys(params)).toEqual(Object.keys(row.own));
  });
});

it.each(likelihoodMutants.map((mutant) => [mutant.of, mutant.what, mutant] as const))(
  '%s with the mistake “%s” is reported',
  (of, _, { law, at }) => {
    expect(laws[law](rowOf(of), at)).not.toEqual([]);
  },
);

describe('the table of cases is complete', () => {
  const withoutRow = (names: readonly string[]) =>
    names.filter((name) => !likelihoodCases.some((row) => row.name.replace(/\(.*/, '') === name));

  it('every name that the parser knows has a row', () => {
    expect(withoutRow(likelihoods.map(({ name }) => name))).toEqual([]);
    expect(withoutRow(['geometric'])).toEqual(['geometric']);
  });

  /** Observations that no single variable describes, and the test of each. */
  const elsewhere = {
    columns: 'needs a layout: columns.test.ts',
    joint: 'puts given observations side by side: columns.test.ts',
    oneHot: 'one category takes several columns: columns.test.ts',
    inDataUnits: 'changes a given observation: data-units.test.ts',
  };

  it('every exported function of the package that makes an observation has a row', () => {
    const folder = fileURLToPath(new URL('../../packages/distributions/src/observations', import.meta.url));
    const made = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'observation.ts') // the frame of all of them
      .flatMap((file) => [
        ...readFileSync(`${folder}/${file}`, 'utf8').matchAll(
          /^export function (\w+)\([\s\S]{0,200}?\): Observation \{/gm,
        ),
      ])
      .map(([, name]) => name!);
    expect(made).toContain('logisticMixture');
    const tested = [...likelihoodCases.map(({ madeBy }) => madeBy), ...Object.keys(elsewhere)];
    expect(made.toSorted()).toEqual([...new Set(tested)].toSorted());
  });
});

it.each([
  [
    'gausian',
    /^likelihood 'gausian': expected one of bernoulli, .*logistic-mixture\(components\), .*columns\(name=likelihood, …\), got 'gausian'; did you mean gaussian\?$/,
  ],
  ['bernoulli(2)', /^likelihood 'bernoulli\(2\)': expected one of .*, got 'bernoulli\(2\)'$/],
  ['constructor', /expected one of bernoulli/],
  ['gaussian(0)', /expected scale, a number from 0\.001 to 1000, got '0'$/],
  ['gaussian()', /expected scale, a number from 0\.001 to 1000, got ''$/],
  ['gaussian(0.1', /expected one of bernoulli/],
  ['logistic-mixture(2.5)', /expected components, a whole number from 1 to 100, got '2\.5'$/],
])('%s is refused', (text, said) => {
  expect(() => parseLikelihood(text)).toThrow(said);
});

it('bits per dimension: 256 equally likely levels cost 8', () => {
  expect(bitsPerDimension(-784 * Math.log(256), 784)).toBeCloseTo(8, 12);
});
