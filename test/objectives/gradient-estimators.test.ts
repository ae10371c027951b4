// Every gradient estimator is unbiased against the exact gradient, and those that are made for it have no variance at
// the exact posterior.
import { detach, diagonalNormal, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import { planar, pushForward } from '@flowvae/flows';
import {
  annealJoint,
  elbo,
  inclusiveKl,
  iwae,
  type LatentModel,
  logWeight,
  type Objective,
  renyi,
  type ScorableModel,
  scoreSample,
  warmUpKl,
} from '@flowvae/objectives';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { conjugateNormal, conjugateNormalModel } from './conjugate-normal-model.ts';
import { estimate, gradientEstimates, misses } from './estimates.ts';

type Params = Readonly<Record<string, Tensor>>;
type Case = (typeof conjugateNormal.cases)[number];
type BoundName = 'elbo' | 'iwae2' | 'renyi2';

const conjugateAt = ({ mean, logSd }: Params) =>
  conjugateNormalModel(diagonalNormal({ mean: mean as Tensor2D, logStd: logSd as Tensor2D }));

const paramsOf = ({ mean, sd }: Case) => ({ mean: [mean], logSd: [Math.log(sd)] });

/** The faults in the gradients of an objective at a posterior whose exact gradient is known. */
function biases<M extends LatentModel>(
  objective: Objective<M>,
  given: Case,
  name: BoundName,
  modelOf: (params: Params) => M,
  rows = 4000,
): string[] {
  const gradients = gradientEstimates(objective, modelOf, paramsOf(given), { rows });
  return Object.entries(gradients).flatMap(([param, values]) =>
    misses(`${name} by ${param}`, estimate(values), given[name][param as 'mean' | 'logSd'], 1e-4),
  );
}

const [exact, ...others] = conjugateNormal.cases as [Case, ...Case[]];

const estimators: readonly (readonly [string, Objective<ScorableModel>, BoundName])[] = [
  ['elbo, path', elbo(), 'elbo'],
  ['elbo, path, three samples', elbo({ samples: 3 }), 'elbo'],
  ['elbo, stl', elbo({ gradient: 'stl' }), 'elbo'],
  ['elbo, stl, three samples', elbo({ gradient: 'stl', samples: 3 }), 'elbo'],
  ['iwae(1), dreg', iwae(1, { gradient: 'dreg' }), 'elbo'],
  ['iwae(2), path', iwae(2), 'iwae2'],
  ['iwae(2), dreg', iwae(2, { gradient: 'dreg' }), 'iwae2'],
  ['iwae(2), dreg, two samples', iwae(2, { gradient: 'dreg', samples: 2 }), 'iwae2'],
  ['renyi(0.5,2)', renyi(0.5, 2), 'renyi2'],
];

describe.each(others.map((given) => [given.name, given] as const))('a posterior that is %s', (_, given) => {
  it.each(estimators)('%s', (__, objective, name) => {
    expect(biases(objective, given, name, conjugateAt)).toEqual([]);
  });
});

it('inclusive-kl(500) approaches the gradient of KL(p ‖ q) from a wide enough posterior', () => {
  const [wide] = others as [Case, ...Case[]];
  const gradients = gradientEstimates(inclusiveKl(500), conjugateAt, paramsOf(wide), { rows: 100 });
  for (const [param, values] of Object.entries(gradients)) {
    const truth = -wide.inclusiveKl[param as 'mean' | 'logSd'];
    expect(misses(param, estimate(values), truth, 0.02)).toEqual([]);
    expect(misses(param, estimate(values), -truth, 0.02)).not.toEqual([]);
  }
});

/** The largest gradient of any estimate at the exact posterior. */
const largestAtExact = (
  objective: Objective<ScorableModel>,
  modelOf: (params: Params) => ScorableModel = conjugateAt,
) => {
  const gradients = gradientEstimates(objective, modelOf, paramsOf(exact), { rows: 200 });
  return Math.max(...Object.values(gradients).flatMap((values) => Array.from(values, Math.abs)));
};

describe('the gradient at the exact posterior', () => {
  it.each([
    ['stl', elbo({ gradient: 'stl' })],
    ['dreg', iwae(5, { gradient: 'dreg' })],
  ] as const)('by %s has no variance', (_, objective) => {
    expect(largestAtExact(objective)).toBeLessThan(2e-5);
  });

  it('by path has one', () => {
    expect(largestAtExact(elbo())).toBeGreaterThan(1);
    expect(largestAtExact(iwae(5))).toBeGreaterThan(0.3);
  });
});

describe('mutants turn red', () => {
  it('stl without detaching', () => {
    const forgetful = (params: Params) => {
      const model = conjugateAt(params);
      const posterior: Samplable & Scorable = { ...model.posterior, detached: () => posterior };
      return { ...model, posterior };
    };
    expect(largestAtExact(elbo({ gradient: 'stl' }), forgetful)).toBeGreaterThan(1);
  });

  it('stl with the draw detached as well', () => {
    const stuck = (params: Params) => {
      const model = conjugateAt(params);
      const { posterior } = model;
      const cut: Samplable & Scorable = {
        ...posterior,
        sampleAndLogProb: (noise) => {
          const draw = posterior.sampleAndLogProb(noise);
          return { ...draw, z: detach(draw.z) };
        },
        detached: () => posterior.detached(),
      };
      return { ...model, posterior: cut };
    };
    expect(biases(elbo({ gradient: 'stl' }), others[0]!, 'elbo', stuck)).not.toEqual([]);
  });

  it('dreg without squared weights', () => {
    const unsquared: Objective<ScorableModel> = {
      ...iwae(2),
      bound(model, noise) {
        const rows: Tensor2D = tf.reshape(noise, [-1, 1]);
        const posterior = { ...model.posterior, ...withFrozenDensity(model) };
        const weights: Tensor2D = tf.reshape(logWeight(scoreSample({ ...model, posterior }, rows)), [-1, 2]);
        return { loss: tf.neg(tf.mean(tf.logSumExp(weights, 1))), terms: {} };
      },
    };
    for (const given of others) expect(biases(unsquared, given, 'iwae2', conjugateAt)).not.toEqual([]);
  });

  it('the mean of log-weights for the log of their mean', () => {
    for (const given of others) expect(biases(elbo({ samples: 2 }), given, 'iwae2', conjugateAt)).not.toEqual([]);
  });
});

/** Draws whose density is scored with detached parameters. */
function withFrozenDensity({ posterior }: ScorableModel): Pick<Samplable, 'sampleAndLogProb'> {
  return {
    sampleAndLogProb(noise) {
      const draw = posterior.sampleAndLogProb(noise);
      return { ...draw, logProb: posterior.detached().logProb(draw.z) };
    },
  };
}

describe('the gradient under a schedule', () => {
  const half = () => 0.5;
  it.each([
    ['kl', 'stl', elbo({ tempering: warmUpKl(half) }), elbo({ tempering: warmUpKl(half), gradient: 'stl' })],
    ['eq. 20', 'stl', elbo({ tempering: annealJoint(half) }), elbo({ tempering: annealJoint(half), gradient: 'stl' })],
    ['kl', 'dreg', iwae(3, { tempering: warmUpKl(half) }), iwae(3, { tempering: warmUpKl(half), gradient: 'dreg' })],
    [
      'eq. 20',
      'dreg',
      iwae(3, { tempering: annealJoint(half) }),
      iwae(3, { tempering: annealJoint(half), gradient: 'dreg' }),
    ],
  ] as const)('%s: by %s has the mean of path', (_, __, path, other) => {
    expect(disagreements(path, other, conjugateAt, paramsOf(others[0]!), 3000)).toEqual([]);
  });
});

/** Where two estimators differ in the mean, from paired estimates. */
function disagreements(
  path: Objective<ScorableModel>,
  other: Objective<ScorableModel>,
  modelOf: (params: Params) => ScorableModel,
  params: Readonly<Record<string, readonly number[]>>,
  rows: number,
): string[] {
  const at = { beta: 0.5 };
  const [a, b] = [path, other].map((objective) => gradientEstimates(objective, modelOf, params, { rows, at })) as [
    Record<string, Float32Array>,
    Record<string, Float32Array>,
  ];
  return Object.entries(a).flatMap(([name, values]) => {
    const size = values.length / rows;
    return Array.from({ length: size }, (_, j) => {
      const column = Array.from({ length: rows }, (__, i) => values[i * size + j]! - b[name]![i * size + j]!);
      return misses(`${name}[${j}]`, estimate(column), 0, 2e-4);
    }).flat();
  });
}

describe('a planar posterior, scored through its inverse', () => {
  const [dim, layers] = [2, 2];
  const flow = planar(dim, layers);
  const drawn = (seed: number, count: number) => Array.from(drawNormal(key(seed), count), (value) => 0.7 * value);
  const params = {
    mean: drawn(1, dim),
    logStd: drawn(2, dim),
    w: drawn(3, layers * dim),
    u: drawn(4, layers * dim),
    b: drawn(5, layers),
  };
  const modelOf = ({ mean, logStd, w, u, b }: Params): ScorableModel => {
    const base = diagonalNormal({ mean: mean as Tensor2D, logStd: logStd as Tensor2D });
    const stacked = (x: Tensor) => tf.reshape(x, [-1, layers, dim]);
    return {
      prior: standardNormal(dim),
      posterior: pushForward(base, flow, { w: stacked(w!), u: stacked(u!), b: b! }),
      likelihood: (z) => tf.mul(tf.sum<Tensor1D>(tf.square(tf.sub(z, [[0.5, -1]])), 1), -0.8),
    };
  };

  it.each([
    ['stl', elbo({ samples: 2 }), elbo({ samples: 2, gradient: 'stl' })],
    ['dreg', iwae(3), iwae(3, { gradient: 'dreg' })],
  ] as const)('%s has the mean of path', (_, path, other) => {
    expect(disagreements(path, other, modelOf, params, 500)).toEqual([]);
  });

  it('the model’s own parameters have the gradient of path, draw by draw', () => {
    const scaled = ({ scale, ...rest }: Params) => {
      const model = modelOf(rest);
      return {
        ...model,
        likelihood: (z: Tensor2D) => tf.mul(model.likelihood(z), tf.sum(tf.mul(scale!, 1))) as Tensor1D,
      };
    };
    const given = { ...params, scale: [0.7] };
    const of = (objective: Objective<ScorableModel>) =>
      gradientEstimates(objective, scaled, given, { rows: 1 }).scale![0]!;
    expect(of(iwae(3, { gradient: 'dreg' }))).toBeCloseTo(of(iwae(3)), 5);
    expect(of(elbo({ gradient: 'stl' }))).toBeCloseTo(of(elbo()), 5);
    expect(of(elbo({ samples: 3 }))).not.toBeCloseTo(of(iwae(3)), 3);
  });
});
