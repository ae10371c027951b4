// Fits to targets whose log Z and moments are known in closed form.
import {
  dataPoints,
  drawNormal,
  type FitStart,
  fitTarget,
  key,
  makeGuide,
  parseFlow,
  plainTarget,
  standardNormal,
  type TargetFit,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  target,
  targetProblem,
  tf,
  uniformBox,
} from 'flowvae';
import { describe, expect, it } from 'vitest';

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** 5·N(m, A·Aᵀ) in three dimensions, A lower triangular. */
const mean = [1, -2, 0.5];
const root = [
  [2, 0, 0],
  [1, 0.5, 0],
  [-0.3, 0.4, 1.5],
];
const logDet = Math.log(2 * 0.5 * 1.5);

/** A⁻¹, column by column by substitution. */
const inverse = ((): number[][] => {
  const result = root.map(() => [0, 0, 0]);
  for (const column of [0, 1, 2]) {
    for (const [i, row] of root.entries()) {
      const known = row.slice(0, i).reduce((sum, entry, j) => sum + entry * result[j]![column]!, 0);
      result[i]![column] = ((i === column ? 1 : 0) - known) / row[i]!;
    }
  }
  return result;
})();

const logNormal = (z: Tensor2D): Tensor1D => {
  const white = tf.matMul(tf.sub(z, tf.tensor2d([mean])), tf.tensor2d(inverse), false, true);
  return tf.add(tf.mul(tf.sum<Tensor1D>(tf.square(white), 1), -0.5), Math.log(5) - logDet - 1.5 * LOG_TWO_PI);
};
const std = root.map((row) => Math.hypot(...row));

const common = { dim: 3, steps: 600, lr: 0.02, samples: 4000, key: key(3) } as const;

function expectMoments({ estimate }: TargetFit, within: number): void {
  for (const [i, moments] of Object.values(estimate.moments).entries()) {
    expect(Math.abs(moments.mean - mean[i]!)).toBeLessThan(within * std[i]! + 4 * moments.meanError);
    expect(Math.abs(moments.std - std[i]!)).toBeLessThan(within * std[i]! + 4 * moments.stdError);
  }
}

describe('fitTarget', () => {
  it.each(['full-rank', 'low-rank(3)', 'realnvp(16,1)*3', 'iaf(16,1)*2', 'planar*4-full'])(
    'finds a correlated normal by %s',
    async (flow) => {
      const fit = await fitTarget(logNormal, { ...common, flow });
      const { logZ, logZError, elbo } = fit.estimate;
      expect(Math.abs(logZ - Math.log(5))).toBeLessThan(4 * logZError + 1e-3);
      expect(elbo).toBeGreaterThan(Math.log(5) - 0.1);
      expect(elbo).toBeLessThan(logZ + 1e-6);
      expectMoments(fit, 0.02);
    },
  );

  it('by mean-field falls short of log Z by the divergence in closed form', async () => {
    const { estimate } = await fitTarget(logNormal, { ...common, flow: 'mean-field' });
    // the best factorised normal has the diagonal of the precision Λ: KL = ½(Σ log Λᵢᵢ − log|Λ|)
    const precision = [0, 1, 2].map((i) => inverse.reduce((sum, row) => sum + row[i]! ** 2, 0));
    const kl = 0.5 * precision.reduce((sum, each) => sum + Math.log(each), 0) + logDet;
    expect(Math.abs(estimate.elbo - (Math.log(5) - kl))).toBeLessThan(4 * estimate.elboError + 0.01);
  });

  it.each(['iwae(2)', 'renyi(0.5,8)', 'inclusive-kl(64)', 'chi(64)', 'bootstrap(64,2,3)'])(
    'finds it by %s',
    async (objective) => {
      const fit = await fitTarget(logNormal, { ...common, flow: 'full-rank', objective, stepSize: 0.3 });
      expect(fit.estimate.elbo).toBeGreaterThan(Math.log(5) - 0.05);
      expectMoments(fit, 0.03);
    },
  );

  it('fits draws of the target by forward-kl', async () => {
    const noise = drawNormal(key(8), 3 * 4000);
    const rows = Float32Array.from(noise, (_, at) => {
      const [row, i] = [Math.floor(at / 3), at % 3];
      return mean[i]! + root[i]!.reduce((sum, each, j) => sum + each * noise[3 * row + j]!, 0);
    });
    const data = dataPoints(rows, 3);
    const fit = await fitTarget(logNormal, { ...common, flow: 'full-rank', objective: 'forward-kl', data });
    expect(fit.estimate.elbo).toBeGreaterThan(Math.log(5) - 0.05);
    expectMoments(fit, 0.05);
  });

  it('gives equal bytes for equal keys, and keeps the best of its restarts', async () => {
    const options = { ...common, flow: 'planar*2', steps: 60, restarts: 3, samples: 500 };
    const [a, b] = [await fitTarget(logNormal, options), await fitTarget(logNormal, options)];
    expect(a.bounds.length).toBe(3);
    expect(new Set(a.bounds).size).toBe(3);
    expect(a.estimate.draws.values).toEqual(b.estimate.draws.values);
    const best = Math.max(...a.bounds);
    expect(Math.abs(a.estimate.elbo - best)).toBeLessThan(1);
    expect(a.estimate.elbo).toBe(b.estimate.elbo);
  });

  it('anneals from the base along the path (1 − β)·log base + β·log p̃', async () => {
    const options = { ...common, flow: 'mean-field', annealSteps: 400, batch: 8, gradient: 'path' } as const;
    const target = plainTarget(logNormal, 3);
    const guide = makeGuide('mean-field', { dim: 3, key: key(0) });
    guide.variables.shift!.assign(tf.tensor2d([[0.3, -0.2, 0.1]]));
    const { loss, batch } = targetProblem(target, guide, options);
    expect([0, 200, 400, 500].map((step) => batch(step).beta![0])).toEqual(
      [0.01, 0.505, 1, 1].map((beta) => Math.fround(beta)),
    );
    const { noise } = batch(0) as { noise: Float32Array };
    const epsilon = tf.tensor2d(noise, [8, 3]);
    const { z, logProb } = guide.distribution.sampleAndLogProb(epsilon);
    const mean = (x: Tensor1D) => tf.mean(x).dataSync<'float32'>()[0]!;
    const [ofBase, ofTarget, ofGuide] = [standardNormal(3).logProb(z), logNormal(z), logProb].map(mean);
    for (const beta of [0.01, 0.505, 1]) {
      const expected = ofGuide! - (1 - beta) * ofBase! - beta * ofTarget!;
      expect(loss({ noise: epsilon, beta: tf.scalar(beta) }).loss.dataSync()[0]).toBeCloseTo(expected, 4);
    }
    const { estimate } = await fitTarget(logNormal, { ...common, flow: 'full-rank', annealSteps: 400 });
    expect(estimate.elbo).toBeGreaterThan(Math.log(5) - 0.05);
  });
});

describe('a target of named parameters', () => {
  // Gamma(3, 2) for a rate, Beta(2, 5) for a share, N(1, 4) twice: independent, so all moments are known
  const density = {
    parameters: { rate: 'positive', share: 'interval(0, 1)', effect: 'real[2]' },
    logDensity: ({ rate, share, effect }: Readonly<Record<string, Tensor>>): Tensor1D => {
      const ofRate = tf.sub(tf.mul(2, tf.log(rate!)), tf.mul(2, rate!));
      const ofShare = tf.add(tf.log(share!), tf.mul(4, tf.log1p(tf.neg(share!))));
      const ofEffect = tf.sum(tf.mul(-0.125, tf.square(tf.sub(effect!, 1))), 1);
      return tf.add(tf.add(ofRate, ofShare), ofEffect);
    },
  };
  const logZ = Math.log(2 / 8) + Math.log(1 / 30) + Math.log(8 * Math.PI);

  it('has moments in their own units, and log Z of its own density', async () => {
    const { estimate } = await fitTarget(density, { steps: 800, lr: 0.02, flow: 'realnvp(16,1)*2', key: key(5) });
    expect(Math.abs(estimate.logZ - logZ)).toBeLessThan(4 * estimate.logZError + 2e-3);
    const expected = {
      rate: [1.5, Math.sqrt(3) / 2],
      share: [2 / 7, Math.sqrt(10 / (49 * 8))],
      'effect[0]': [1, 2],
      'effect[1]': [1, 2],
    };
    expect(Object.keys(estimate.moments)).toEqual(Object.keys(expected));
    for (const [name, [mean, std]] of Object.entries(expected)) {
      const found = estimate.moments[name]!;
      expect(Math.abs(found.mean - mean!)).toBeLessThan(4 * found.meanError + 0.01 * std!);
      expect(Math.abs(found.std - std!)).toBeLessThan(4 * found.stdError + 0.01 * std!);
    }
  });
});

it('fitTarget takes a base on a box, which scores nowhere else', async () => {
  const square = (z: Tensor2D): Tensor1D => tf.mul(-0.5, tf.sum<Tensor1D>(tf.square(z), 1));
  const base = uniformBox([-1, -1], [1, 1]);
  const { estimate } = await fitTarget(square, { dim: 2, flow: 'mean-field', base, steps: 300, key: key(1) });
  // the best box has half-width √3: log 4 + 2·log √3 − ½·2
  expect(estimate.elbo).toBeCloseTo(Math.log(4) + Math.log(3) - 1, 1);
});

describe('the step of a target', () => {
  it.each(['banana', 'funnel', 'correlated-normal', 'eight-schools-non-centred'])(
    'shares the draws of %s among threads',
    async (name) => {
      let rowsTogether: string | undefined = 'no start';
      const onStart = (start: FitStart) => {
        rowsTogether = start.rowsTogether;
      };
      await fitTarget(target(name), {
        flow: 'realnvp(8,1)',
        steps: 2,
        samples: 50,
        threads: 2,
        key: key(0),
        callbacks: [{ onStart }],
      });
      expect(rowsTogether).toBeUndefined();
    },
  );
});

describe('a guide', () => {
  it.each([
    ['realnvp*2', true],
    ['full-rank', true],
    ['iaf*2', false],
    ['planar*2', false],
    ['sylvester-h*2', false],
    ['maf*2', true],
  ])('of %s scores fast: %s, from its word as from its flow', (word, isFast) => {
    const options = { dim: 3, key: key(0) };
    expect(makeGuide(word, options).scoresFast).toBe(isFast);
    if (word !== 'full-rank') expect(makeGuide(parseFlow(word, 3), options).scoresFast).toBe(isFast);
  });
});

describe('fitTarget refuses', () => {
  it.each([
    ['a missing width', {}, { dim: undefined }, 'fitTarget: dim: expected a whole number from 1'],
    ['a batch that no bound divides', {}, { objective: 'chi(100)' }, 'fitTarget: batch: expected a multiple of 100'],
    ['an unknown objective', {}, { objective: 'elbo' }, 'reverse-kl'],
    ['an unknown guide', {}, { flow: 'plannar*2' }, 'planar'],
    [
      'a mistyped normal',
      {},
      { flow: 'full-rnk' },
      /guide: expected mean-field, .*, got 'full-rnk'; did you mean full-rank/,
    ],
    ['a rank above the width', {}, { flow: 'low-rank(4)' }, 'low-rank'],
    ['forward-kl without draws', {}, { objective: 'forward-kl' }, 'draws of the target'],
    ['annealing where none is', {}, { objective: 'chi(64)', annealSteps: 5 }, 'annealSteps'],
    ['scores of a flow without an inverse', {}, { flow: 'sylvester-h*2', objective: 'chi(64)' }, 'an inverse'],
    ['no restart', {}, { restarts: 0 }, 'restarts'],
    ['annealing to the end', {}, { annealSteps: 2 }, 'fewer than the 2 steps'],
    [
      'annealing beside forward-kl',
      {},
      { objective: 'forward-kl', data: dataPoints(new Float32Array(9), 3), annealSteps: 1 },
      'annealSteps',
    ],
    ['a state beside restarts', {}, { restarts: 2, from: {} }, 'none beside restarts'],
    ['annealing from a box', {}, { annealSteps: 1, base: uniformBox([-1, -1, -1], [1, 1, 1]) }, 'a base on a box'],
  ])('%s', async (_, __, options, message) => {
    await expect(fitTarget(logNormal, { ...common, steps: 2, ...options } as never)).rejects.toThrow(message);
  });

  it.each([
    ['a column', (z: Tensor2D) => tf.sum(z, 1, true), '[256], got [256, 1]'],
    ['a sum over all points', (z: Tensor2D) => tf.sum(z), '[256], got []'],
  ])('%s in place of a density for each point', async (_, density, message) => {
    const wrong = fitTarget(density as (z: Tensor2D) => Tensor1D, { ...common, flow: 'mean-field', steps: 2 });
    await expect(wrong).rejects.toThrow(`target: logDensity: expected ${message}`);
  });

  it('a flow of another width', async () => {
    const target = plainTarget(logNormal, 3);
    const { affine } = await import('flowvae');
    await expect(fitTarget(target, { ...common, flow: affine(2) })).rejects.toThrow('3 dimensions');
  });
});
