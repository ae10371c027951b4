// The committed reference numbers equal the output of their programs, and the exact relations between them hold.
import { describe, expect, it } from 'vitest';
import { autoregressiveReference, componentByComponent, onePass } from './autoregressive.ts';
import { readCommitted, toJson } from './committed-json.ts';
import {
  elbo as conjugateElbo,
  conjugateNormalReference,
  normalKl,
  solve,
  twoSampleBound,
} from './conjugate-normal.ts';
import { couplingReference, keptAndChanged, knotsOf, splineMap } from './couplings.ts';
import { bernoulliLogDensity, densityReference } from './densities.ts';
import { type DiscreteLatentReference, discreteLatentReference } from './discrete-latent.ts';
import { householderReference } from './householder.ts';
import { linearFlowsReference } from './linear-flows.ts';
import {
  bestDiagonalVariance,
  correlationKl,
  diagonalGap,
  elboOfDiagonal,
  type LinearGaussian,
  type LinearGaussianReference,
  linearGaussianReference,
  logEvidence,
  posterior,
} from './linear-gaussian.ts';
import { adam, adamax, clipByGlobalNorm, globalNorm, optimizerReference, rmsprop, sgd } from './optimizers.ts';
import { drawnParams } from './perceptron.ts';
import {
  constrainedDot,
  layersOfRow,
  type PlanarCase,
  type PlanarReference,
  planarForward,
  planarInverse,
  planarLogDensity,
  planarLogDet,
  planarReference,
} from './planar.ts';
import { planarLeakyReference } from './planar-leaky.ts';
import { radialReference } from './radial.ts';
import { sylvesterReference } from './sylvester.ts';

const programs: Readonly<Record<string, () => unknown>> = {
  planar: planarReference,
  optimizers: optimizerReference,
  'linear-gaussian': linearGaussianReference,
  'conjugate-normal': conjugateNormalReference,
  'discrete-latent': discreteLatentReference,
  densities: densityReference,
  radial: radialReference,
  'planar-leaky': planarLeakyReference,
  householder: householderReference,
  sylvester: sylvesterReference,
  'linear-flows': linearFlowsReference,
  couplings: couplingReference,
  autoregressive: autoregressiveReference,
};

/** Every number of a JSON value in order, and the value with its numbers blanked. */
function takeNumbersOut(value: unknown): { numbers: number[]; rest: string } {
  const numbers: number[] = [];
  const rest = JSON.stringify(value, (_, item) => (typeof item === 'number' ? numbers.push(item) && '#' : item));
  return { numbers, rest };
}

/** The largest difference, relative to numbers above 1: another engine's exp and log may differ in the last bit. */
const largestDifference = (a: readonly number[], b: readonly number[]) =>
  a.reduce((worst, ai, i) => Math.max(worst, Math.abs(ai - b[i]!) / Math.max(1, Math.abs(ai))), 0);

describe.each(Object.entries(programs))('%s', (name, reference) => {
  it('prints the committed JSON', () => {
    const committed = takeNumbersOut(readCommitted(name));
    const printed = takeNumbersOut(JSON.parse(toJson(reference())));
    expect(printed.rest).toBe(committed.rest);
    expect(largestDifference(printed.numbers, committed.numbers)).toBeLessThan(1e-11);
  });
});

const pointOfRow = ({ dim, z }: PlanarCase, row: number) =>
  Array.from({ length: dim }, (_, i) => Math.fround(z[row * dim + i]!));

describe('planar', () => {
  const { cases } = readCommitted<PlanarReference>('planar');

  it('has the log-determinant as printed in the paper, where that form loses no digits', () => {
    for (const a of [-2, -0.5, 0.54, 0.6, 3]) {
      const m = -1 + Math.log(1 + Math.exp(a));
      expect(constrainedDot(a)).toBeCloseTo(m, 14);
      for (const s of [0, 0.3, -1]) {
        expect(planarLogDet(a, s)).toBeCloseTo(Math.log(Math.abs(1 + (1 - Math.tanh(s) ** 2) * m)), 14);
      }
    }
  });

  it('is inverted wherever the slope of no layer is below 1e-2', () => {
    const rows = cases.flatMap((planarCase) =>
      Array.from({ length: planarCase.batch }, (_, row) => ({ planarCase, row })),
    );
    const errors = rows.flatMap(({ planarCase, row }) => {
      const layers = layersOfRow(planarCase, row);
      const z = pointOfRow(planarCase, row);
      const { y, perLayerLogDet } = planarForward(z, layers);
      return Math.min(...perLayerLogDet) > Math.log(1e-2) && layers.length <= 10
        ? [largestDifference(z, planarInverse(y, layers))]
        : [];
    });
    expect(errors.length).toBeGreaterThan(200);
    expect(Math.max(...errors)).toBeLessThan(1e-9);
  });

  it('pushes a density forward that integrates to 1', () => {
    const layers = layersOfRow(cases.find(({ name }) => name === 'unit D=2 K=2')!, 0);
    const step = 0.05;
    let mass = 0;
    for (let y0 = -9; y0 <= 9; y0 += step) {
      for (let y1 = -9; y1 <= 9; y1 += step) mass += Math.exp(planarLogDensity([y0, y1], layers)) * step * step;
    }
    expect(Math.abs(mass - 1)).toBeLessThan(1e-4);
  });
});

describe('linear-gaussian', () => {
  const { cases } = readCommitted<LinearGaussianReference>('linear-gaussian');

  it('has ELBO + gap = log evidence, and no gap where the columns are orthogonal', () => {
    for (const { logEvidence: evidence, diagonalElbo, diagonalGap: gap, priorElbo } of cases) {
      expect(
        largestDifference(
          evidence,
          diagonalElbo.map((elbo) => elbo + gap),
        ),
      ).toBeLessThan(1e-12);
      expect(priorElbo.every((elbo, i) => elbo < diagonalElbo[i]!)).toBe(true);
    }
    expect(cases.find(({ name }) => name === 'orthogonal columns')!.diagonalGap).toBeCloseTo(0, 14);
  });

  it('equals the evidence by quadrature over z, and bounds it from below by every diagonal posterior', () => {
    const model: LinearGaussian = { weights: [[1.25], [-0.5]], mean: [0.5, 0], sd: 0.75 };
    const x = [1, 0.25];
    const step = 0.01;
    let evidence = 0;
    for (let z = -8; z <= 8; z += step) {
      const residuals = model.weights.map(([weight], i) => (x[i]! - weight! * z - model.mean[i]!) / model.sd);
      const logJoint = -0.5 * (residuals[0]! ** 2 + residuals[1]! ** 2 + z * z);
      evidence += (Math.exp(logJoint) * step) / (2 * Math.PI) ** 1.5 / model.sd ** 2;
    }
    expect(logEvidence(model, x)).toBeCloseTo(Math.log(evidence), 10);
    expect(elboOfDiagonal(model, x, { mean: [0.3], variance: [0.2] })).toBeLessThan(Math.log(evidence));
  });
});

describe('linear-gaussian: two latent variables', () => {
  const model: LinearGaussian = {
    weights: [
      [1, 0.5],
      [0.25, -1.5],
      [2, 1],
    ],
    mean: [0, 1, -1],
    sd: 0.5,
  };

  it('has as its gap the divergence that belongs to the correlation of its posterior', () => {
    const { covariance } = posterior(model, [0, 0, 0]);
    const correlation = covariance[0]![1]! / Math.sqrt(covariance[0]![0]! * covariance[1]![1]!);
    expect(correlationKl(correlation)).toBeCloseTo(diagonalGap(model), 13);
  });

  it('has no better diagonal posterior near the best', () => {
    const x = [1, -0.5, 2];
    const { mean } = posterior(model, x);
    const best = bestDiagonalVariance(model);
    const elbo = (factor: number, shift: number) =>
      elboOfDiagonal(model, x, {
        mean: mean.map((value) => value + shift),
        variance: best.map((value, i) => (i === 0 ? factor * value : value)),
      });
    for (const other of [elbo(1.1, 0), elbo(0.9, 0), elbo(1, 0.01), elbo(1, -0.01)]) {
      expect(other).toBeLessThan(elbo(1, 0));
    }
  });
});

describe('conjugate-normal', () => {
  const model = { priorMean: -0.5, priorSd: 2, sd: 0.5 };
  const x = [0.25, 1];
  const { logEvidence: evidence, posterior: exact } = solve(model, x);

  it('has ELBO + KL = log evidence for any q, and the evidence of the linear-Gaussian program', () => {
    for (const q of [exact, { mean: 0.3, sd: 0.7 }, { mean: -1, sd: 2 }]) {
      expect(conjugateElbo(model, x, q) + normalKl(q, exact)).toBeCloseTo(evidence, 12);
    }
    const linear = {
      weights: [[model.priorSd], [model.priorSd]],
      mean: [model.priorMean, model.priorMean],
      sd: model.sd,
    };
    expect(logEvidence(linear, x)).toBeCloseTo(evidence, 12);
  });

  it('has bounds of two samples in their order: ELBO ≤ Rényi ≤ IWAE ≤ log evidence', () => {
    const q = { mean: 0.3, sd: 0.7 };
    const bounds = [conjugateElbo(model, x, q), ...[1e-6, 0.5, 1].map((power) => twoSampleBound(model, x, q, power))];
    expect(bounds[1]! - bounds[0]!).toBeLessThan(1e-4);
    expect(bounds.toSorted((a, b) => a - b)).toEqual(bounds);
    expect(bounds[3]!).toBeLessThan(evidence);
  });
});

describe('discrete-latent', () => {
  const { logEvidence: evidence, bounds } = readCommitted<DiscreteLatentReference>('discrete-latent');

  it('has ELBO + KL = log evidence, and bounds that rise with the number of samples', () => {
    bounds.forEach(({ elbo, kl, renyi2, iwae2, iwae5 }, i) => {
      expect(elbo + kl).toBeCloseTo(evidence[i]!, 12);
      const rising = [elbo, renyi2, iwae2, iwae5, evidence[i]!];
      expect(rising.toSorted((a, b) => a - b)).toEqual(rising);
    });
  });
});

describe('densities', () => {
  it('give the two values of a bit probability 1 together', () => {
    for (const logit of [-40, -1, 0, 0.5, 7]) {
      const total = Math.exp(bernoulliLogDensity(0, logit)) + Math.exp(bernoulliLogDensity(1, logit));
      expect(total).toBeCloseTo(1, 15);
    }
  });
});

describe('optimizers', () => {
  const gradient = [3, -4];

  it('take the first steps that follow by hand from the formulas', () => {
    expect(adam({ beta1: 0.9, beta2: 0.999, epsilon: 0 })(gradient, 0.1)).toEqual([
      expect.closeTo(0.1, 14),
      expect.closeTo(-0.1, 14),
    ]);
    const largest = adamax({ beta1: 0.5, beta2: 0.5, epsilon: 1 });
    expect(largest(gradient, 1)).toEqual([3 / 4, -4 / 5]);
    // m = 0.5·1.5 + 0.5·1 and u = max(0.5·4, 1 + 1) = 2; m = 0.5·(−2) + 0 and u = max(0.5·5, 0 + 1); 1 − 0.5² = 3/4
    expect(largest([1, 0], 3)).toEqual([(3 / 0.75) * (1.25 / 2), (3 / 0.75) * (-1 / 2.5)]);
    expect(rmsprop({ alpha: 0.75, epsilon: 0.5, momentum: 0.9 })(gradient, 1)).toEqual([3 / 2, -4 / 2.5]);
    const step = sgd({ momentum: 0.5 });
    expect(step(gradient, 1)).toEqual([3, -4]);
    expect(step(gradient, 2)).toEqual([9, -12]);
  });

  it('clip by the norm of all parameters and leave a short gradient alone', () => {
    expect(globalNorm(clipByGlobalNorm(gradient, 1))).toBeCloseTo(1, 6);
    expect(clipByGlobalNorm(gradient, 6)).toEqual(gradient);
  });
});

describe('flows with networks inside', () => {
  it('are undone by their inverses, with the opposite log-det', () => {
    const sizes = { layers: 2, hidden: 4, depth: 2, contextWidth: 0, inputs: 3, outputs: 6 };
    const params = drawnParams(sizes, 1, 1, 5);
    const there = onePass(sizes, params)([0.5, -1, 2], 0);
    const back = componentByComponent(sizes, params)(there.point, 0);
    expect(largestDifference(back.point, [0.5, -1, 2])).toBeLessThan(1e-13);
    expect(back.logDet).toBeCloseTo(-there.logDet, 13);
    const coupling = splineMap(4);
    for (const x of [-7, -4.9, -0.3, 0, 1.2, 4.99]) {
      const raw = [1, -2, 0.5, 3, -1, 2, 0, 1, 2, -3, 1];
      const there = coupling.forward(x, raw);
      const back = coupling.inverse(there.value, raw);
      expect([back.value, back.logSlope]).toEqual([expect.closeTo(x, 12), expect.closeTo(-there.logSlope, 10)]);
    }
  });

  it('keep and change every component in turn, and give splines knots that rise from −5 to 5', () => {
    expect([0, 1, 2].map((layer) => keptAndChanged(5, layer).changed)).toEqual([
      [3, 4],
      [1, 2],
      [4, 0],
    ]);
    const { xs, ys, slopes } = knotsOf([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 4);
    expect([xs, ys]).toEqual([
      [-5, -2.5, 0, 2.5, 5],
      [-5, -2.5, 0, 2.5, 5],
    ]);
    for (const slope of slopes) expect(slope).toBeCloseTo(1, 14);
  });
});
