// Every objective with every gradient that it has trains on every kind of posterior that it allows, compiled; the
// others are refused by name.
import {
  completeConfig,
  experiment,
  fit,
  gradients,
  parseObjective,
  runCounter,
  type TrainConfig,
  tf,
  training,
} from 'flowvae';
import { describe, expect, it } from 'vitest';
import { tinyData, tinySettings } from './tiny-run.ts';

const data = tinyData();
const config = (changes: Partial<TrainConfig>) =>
  completeConfig({ ...tinySettings, latent: 3, evalImages: 1, data, ...changes });

const objectives = [
  'elbo',
  'elbo-analytic',
  'beta(4)',
  'free-bits(0.1)',
  'free-bits-total(4)',
  'iwae(3)',
  'renyi(0.5,3)',
  'inclusive-kl(3)',
];
const flows = ['none', 'planar*2', 'realnvp(4)*2'];

/** Trains a few steps; returns the history and the parameters. */
async function trained(changes: Partial<TrainConfig>) {
  const parts = await experiment(config(changes));
  const { problem, optimizer } = training(parts);
  const { variables } = parts.model;
  const { engine, threads } = parts.config;
  const before = runCounter.runs;
  const { history } = await fit({ ...problem, variables, optimizer, steps: 2, engine, threads, entryEvery: 1 });
  const values = Object.values(variables).flatMap((variable) => [...variable.dataSync()]);
  tf.dispose({ ...variables });
  return { history, values, runs: runCounter.runs - before };
}

const all = objectives.flatMap((objective) =>
  gradients.flatMap((gradient) => flows.map((flow) => ({ objective, gradient, flow }))),
);

const isAllowed = ({ objective, gradient, flow }: (typeof all)[number]) => {
  const parsed = parseObjective(objective);
  return parsed.gradients.includes(gradient) && (parsed.needs(gradient) !== 'factorised' || flow === 'none');
};

describe.each(all.filter(isAllowed))('--objective $objective --gradient $gradient --flow $flow', (changes) => {
  it('trains, compiled, and logs named terms', async () => {
    const { history, runs } = await trained(changes);
    expect(runs).toBe(2);
    for (const { loss, terms, gradientNorm } of history) {
      expect([loss, gradientNorm, ...Object.values(terms)].every(Number.isFinite)).toBe(true);
      const { elbo, logLikelihood, logPrior = 0, logBase = 0, logDet = 0, kl = 0 } = terms;
      expect(elbo).toBeCloseTo(logLikelihood! + logPrior - logBase + logDet - kl, 3);
    }
  });
});

it.each(all.filter((given) => !isAllowed(given)))(
  'a run of $objective, $gradient, $flow is refused before any work',
  (changes) => {
    const { objective, gradient } = changes;
    const text = parseObjective(objective).gradients.includes(gradient)
      ? `--flow: expected none beside --objective ${objective}, which needs a divergence in closed form, got ${changes.flow}; `
      : `--gradient: expected ${parseObjective(objective).gradients.join(' or ')} beside --objective ${objective}, got ${gradient}`;
    expect(() => config(changes)).toThrow(text);
  },
);

it.each([
  [
    { gradient: 'stl', flow: 'sylvester-o(2)' },
    '--flow: expected none or a flow with an inverse beside --gradient stl, which scores draws under log q, got sylvester-o(2)',
  ],
  [
    { objective: 'inclusive-kl(3)', flow: 'planar-sylvester-h(2)' },
    '--flow: expected none or a flow with an inverse beside --objective inclusive-kl(3), which',
  ],
  [
    { objective: 'free-bits(1)', flow: 'none', prior: 'realnvp' },
    '--prior: expected none beside --objective free-bits(1), which needs',
  ],
  [
    { objective: 'inclusive-kl(3)', anneal: 'kl' },
    '--anneal: expected none beside --objective inclusive-kl(3), got kl',
  ],
  [{ objective: 'iwae(5' }, "objective 'iwae(5': expected ')' after k, got nothing at character 7"],
] as const)('a run with %j is refused', (changes, text) => {
  expect(() => config(changes as Partial<TrainConfig>)).toThrow(text);
  expect(() => completeConfig({ ...changes }, 'a.json')).toThrow(text.replace(/^--(\w+)/, 'a.json: $1'));
});

describe('several draws', () => {
  const distance = (a: readonly number[], b: readonly number[]) =>
    Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

  it.each([
    { objective: 'elbo', gradient: 'stl', samples: 3, flow: 'planar*2' },
    { objective: 'iwae(4)', gradient: 'dreg', samples: 2, flow: 'planar*2', anneal: 'kl' },
    { objective: 'iwae(4)', gradient: 'path', flow: 'realnvp(4)*2', anneal: 'paper' },
    { objective: 'free-bits-total(2)', gradient: 'path', samples: 2, flow: 'planar' },
  ] as const)('are the same on both engines, and spread over threads: %j', async (changes) => {
    const alone = await trained(changes);
    const eager = await trained({ ...changes, engine: 'eager' });
    const spread = await trained({ ...changes, threads: 2 });
    for (const other of [eager, spread]) {
      expect(distance(alone.values, other.values)).toBeLessThan(1e-4);
      expect(other.history[0]!.loss / alone.history[0]!.loss).toBeCloseTo(1, 4);
      expect(Object.keys(other.history[0]!.terms)).toEqual(Object.keys(alone.history[0]!.terms));
    }
    expect([eager.runs, spread.runs]).toEqual([0, changes.objective.startsWith('free') ? 2 : 4]);
  });
});
