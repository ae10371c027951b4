// Effects of coaching in eight schools: a hierarchical model, in both parametrisations.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import {
  byQuadrature,
  densityOf,
  HALF_LOG_TWO_PI,
  logNormal,
  type Moments,
  momentsOfEach,
  type TargetDensity,
  total,
} from './target-density.ts';

/** Estimated effects and their standard errors. */
const EFFECTS = [28, 8, -3, 7, -1, 1, 18, 12];
const ERRORS = [15, 10, 16, 11, 9, 11, 10, 18];
const COUNT = EFFECTS.length;

/** Scale of the priors of mu and tau. */
const PRIOR_SCALE = 5;

const source =
  'Rubin 1981, "Estimation in parallel randomized experiments", J. of Educational Statistics 6, table 1 (facts); priors as ' +
  'in posteriordb: mu ~ N(0, 5²), tau ~ half-Cauchy(0, 5)';

const reference = byQuadrature('given tau all others are normal, so log Z and moments are one quadrature over log tau');

/** Normalised priors and likelihood, so that log Z is the evidence. */
const logZ = -31.311347352293;

/** log of N(mu; 0, 5²)·half-Cauchy(tau; 0, 5). */
const logPrior = (mu: Tensor1D, tau: Tensor1D): Tensor1D => {
  const halfCauchy = tf.sub(Math.log(2 / (Math.PI * PRIOR_SCALE)), tf.log1p(tf.square(tf.div(tau, PRIOR_SCALE))));
  return tf.add(logNormal(mu, 0, PRIOR_SCALE), halfCauchy);
};

/** Σ log N(y_j; θ_j, σ_j²). */
function logLikelihood(theta: Tensor2D): Tensor1D {
  const [effects, errors] = [EFFECTS, ERRORS].map((values) => tf.tensor2d(values, [1, COUNT]));
  const constant = COUNT * HALF_LOG_TWO_PI + ERRORS.reduce((sum, error) => sum + Math.log(error), 0);
  return tf.sub(tf.mul(total(tf.square(tf.div(tf.sub(theta, effects!), errors!))), -0.5), constant);
}

/** Σ log N(0, 1). */
const logStandard = (z: Tensor2D): Tensor1D => tf.sub(tf.mul(total(tf.square(z)), -0.5), COUNT * HALF_LOG_TWO_PI);

const column = (x: Tensor1D) => tf.expandDims<Tensor2D>(x, 1);

const ofHyperparameters: Readonly<Record<string, Moments>> = {
  mu: { mean: 4.396820714, std: 3.317704463 },
  tau: { mean: 3.597705484, std: 3.219958415 },
};

const ofEach = (name: string, list: readonly (readonly [mean: number, std: number])[]) =>
  momentsOfEach(name, COUNT, (i) => ({ mean: list[i]![0], std: list[i]![1] }));

/** θ_j ~ N(mu, tau²), y_j ~ N(θ_j, σ_j²). */
export const eightSchools: TargetDensity = {
  name: 'eight-schools',
  title: 'eight schools, centred',
  source,
  parameters: { mu: 'real', tau: 'positive', theta: `real[${COUNT}]` },
  logDensity: densityOf(
    'eight-schools',
    { mu: [], tau: [], theta: [COUNT] },
    ({ mu, tau, theta }: { mu: Tensor1D; tau: Tensor1D; theta: Tensor2D }) => {
      const standard = tf.div<Tensor2D>(tf.sub(theta, column(mu)), column(tau));
      const ofEffects = tf.sub(logStandard(standard), tf.mul(tf.log(tau), COUNT));
      return tf.add<Tensor1D>(logPrior(mu, tau), tf.add(ofEffects, logLikelihood(theta)));
    },
  ),
  logZ,
  moments: {
    ...ofHyperparameters,
    ...ofEach('theta', [
      [6.211884204, 5.593126195],
      [4.94017842, 4.674268462],
      [3.927004403, 5.262615105],
      [4.757098291, 4.780297337],
      [3.615477015, 4.657452586],
      [4.042612636, 4.826865592],
      [6.296724128, 5.077848756],
      [4.85425332, 5.290801065],
    ]),
  },
  reference,
};

/** θ_j = mu + tau·η_j with η_j ~ N(0, 1). */
export const eightSchoolsNonCentred: TargetDensity = {
  name: 'eight-schools-non-centred',
  title: 'eight schools, non-centred',
  source,
  parameters: { mu: 'real', tau: 'positive', eta: `real[${COUNT}]` },
  logDensity: densityOf(
    'eight-schools-non-centred',
    { mu: [], tau: [], eta: [COUNT] },
    ({ mu, tau, eta }: { mu: Tensor1D; tau: Tensor1D; eta: Tensor2D }) => {
      const theta = tf.add<Tensor2D>(column(mu), tf.mul(column(tau), eta));
      return tf.add<Tensor1D>(logPrior(mu, tau), tf.add(logStandard(eta), logLikelihood(theta)));
    },
  ),
  logZ,
  moments: {
    ...ofHyperparameters,
    ...ofEach('eta', [
      [0.316659797, 0.9884745751],
      [0.09726283497, 0.9377071593],
      [-0.08554680363, 0.9683107273],
      [0.06160297575, 0.9439962661],
      [-0.1607639903, 0.9306648392],
      [-0.07223162176, 0.9437855725],
      [0.3567254423, 0.9604229672],
      [0.07560724237, 0.9741235131],
    ]),
  },
  reference,
};
