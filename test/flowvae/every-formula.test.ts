// Every flow that a formula can name trains as a posterior, compiled; every one with an inverse also as a prior.
import { completeConfig, isInvertible, openRun, parseFlow, runCounter, type TrainConfig, tf, trainRun } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { flowTable } from '../../packages/flows/src/flow-table.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

const data = tinyData();
const config = (changes: Partial<TrainConfig>) =>
  completeConfig({ ...tinySettings, latent: 3, steps: 4, evalImages: 2, data, ...changes });

const formulas = Object.keys(flowTable).map((name) => `${name}*2`);
const invertible = formulas.filter((formula) => isInvertible(parseFlow(formula, 3)));

async function trained(changes: Partial<TrainConfig>) {
  const before = runCounter.runs;
  const out = freshPath();
  const { report, counts } = await trainRun(config(changes), { out });
  expect(runCounter.runs).toBeGreaterThan(before);
  expect(report).toMatchObject({ steps: 4, engine: 'compiled' });
  expect([report.testElbo, report.testNll].every(Number.isFinite)).toBe(true);
  return { out, counts };
}

describe.each(formulas)('flow %s', (flow) => {
  it.each(['flow', 'none'] as const)('trains with amortize %s', async (amortize) => {
    const { counts } = await trained({ flow, amortize });
    expect(counts.prior).toBe(0);
    expect(counts.flow < counts.total).toBe(true);
  });
});

describe.each(invertible)('prior %s', (prior) => {
  it('trains, and is what an opened run samples from', async () => {
    const { out, counts } = await trained({ flow: 'none', prior });
    expect(counts.flow).toBe(0);
    const { model } = openRun(out).parts;
    const own = Object.entries(model.variables).filter(([path]) => path.startsWith('prior/'));
    expect(own.reduce((sum, [, { size }]) => sum + size, 0)).toBe(counts.prior);
    const images = (scale: number) =>
      tf.tidy(() => {
        // no two of them proportional or equal: a reflection does not know the length of its normal, and radial's α = β is the identity
        for (const [k, [, variable]] of own.entries()) {
          const angles = tf.add(k, tf.mul(scale, tf.range(1, variable.size + 1)));
          variable.assign(tf.reshape(tf.cos(angles), variable.shape));
        }
        return model.sample(tf.ones([1, 3])).dataSync();
      });
    if (own.length > 0) expect(images(0.5)).not.toEqual(images(-0.25));
  });
});

it('a prior without inverse, and a formula that is none, are refused before anything is made', () => {
  expect(() => config({ prior: 'realnvp*4-planr' })).toThrow(
    /^flow formula 'realnvp\*4-planr': expected .* got 'planr' at character 11$/,
  );
  const without = formulas.find((formula) => !invertible.includes(formula));
  if (without !== undefined) {
    expect(() => config({ prior: `planar-${without}` })).toThrow(
      `flow formula 'planar-${without}': expected flows that have an inverse, got '${without}' at character 8`,
    );
  }
});
