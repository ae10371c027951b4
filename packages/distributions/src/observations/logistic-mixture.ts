// Mixtures of logistic distributions, cut into 256 levels.
import { checkShape, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';
import { LEVELS, levelOf } from './levels.ts';
import { boundedLogScale } from './log-scale.ts';
import { observation } from './observation.ts';

/** Parameters of {@link logisticMixture}, each [B, M, P]: M components for every pixel. */
export interface LogisticMixtureParams {
  /** The weights are softmax(logits) over M. */
  readonly logits: Tensor3D;
  /** Where the levels 0 … 255 lie at −1 … 1. */
  readonly mean: Tensor3D;
  /** On the same scale; taken within ±7. */
  readonly logScale: Tensor3D;
}

/** Half the distance of two levels. */
const HALF_BIN = 1 / (LEVELS - 1);

/**
 * Discretised logistic mixture over the 256 levels k/255: P(k) = Σ_m π_m·(σ(b) − σ(a)), a and b = (v ∓ 1/255 −
 * μ_m)/s_m, v = 2k/255 − 1; for k = 0 a = −∞ and for k = 255 b = ∞, so that the probabilities of the levels sum to 1.
 *
 * Without cancellation, log(σ(b) − σ(a)) = −softplus(−b) − softplus(a) + log(1 − e^(a−b)), where b − a = 2/(255·s) does
 * not depend on x: finite in every tail, exact where the difference is no float32 number any more.
 * Shapes: parameters [B, M, P]; x [B or 1, P] → [B]; noise [B, 2P], uniform. Units: nats.
 * @throws ShapeError if a parameter, x or noise has another shape
 * @see Salimans et al. 2017, arXiv:1701.05517, section 2.1
 */
export function logisticMixture(params: LogisticMixtureParams): Observation {
  const { logits, mean } = params;
  const [rows, components, width] = logits.shape;
  checkShape('logisticMixture: mean', mean, [rows, components, width]);
  checkShape('logisticMixture: logScale', params.logScale, [rows, components, width]);
  const logScale = boundedLogScale(params.logScale);
  return observation({
    name: 'logisticMixture',
    rows,
    width,
    noise: { kind: 'uniform', width: 2 * width },
    logProbOfEach(x) {
      const perComponent = tf.add(logits, logProbOfLevel(levelOf(x), mean, logScale)); // [B, M, P]
      return tf.sub(tf.logSumExp(perComponent, 1), tf.logSumExp(logits, 1));
    },
    draw: (noise) => draw(noise, { logits, mean, logScale }),
    mean: () => meanOf({ logits, mean, logScale }),
    detached: () => logisticMixture({ logits: detach(logits), mean: detach(mean), logScale: detach(params.logScale) }),
  });
}

/** Uniform noise is kept this far from 0 and 1, where quantiles are infinite. */
const SMALLEST = 2 ** -24;

/** log(σ(b) − σ(a)) of every component, [B, M, P]; the outer edges of the first and last level are infinite. */
function logProbOfLevel(level: Tensor2D, mean: Tensor3D, logScale: Tensor3D): Tensor3D {
  const offLowest = tf.expandDims(tf.clipByValue(level, 0, 1), 1); // 0 at level 0, else 1
  const offHighest = tf.expandDims(tf.clipByValue(tf.sub(LEVELS - 1, level), 0, 1), 1);
  const inverseScale = tf.exp(tf.neg(logScale));
  const centred = tf.sub(tf.expandDims(tf.sub(tf.mul(level, 2 * HALF_BIN), 1), 1), mean);
  const upper = tf.mul(tf.add(centred, HALF_BIN), inverseScale);
  const lower = tf.mul(tf.sub(centred, HALF_BIN), inverseScale);
  const logWidth = tf.log(tf.neg(tf.expm1(tf.mul(inverseScale, -2 * HALF_BIN))));
  const edges = tf.add(tf.mul(offHighest, tf.softplus(tf.neg(upper))), tf.mul(offLowest, tf.softplus(lower)));
  return tf.sub(tf.mul(tf.mul(offLowest, offHighest), logWidth), edges);
}

/** softmax(logits) over the components. */
const weightsOf = (logits: Tensor3D): Tensor3D => tf.exp(tf.sub(logits, tf.logSumExp(logits, 1, true)));

/**
 * E[k]/255 = Σ_{j=1}^{255} P(k ≥ j)/255, one edge after the other: all at once they would take 255 times the memory.
 */
function meanOf({ logits, mean, logScale }: LogisticMixtureParams): Tensor2D {
  const inverseScale = tf.exp(tf.neg(logScale));
  const edges = Array.from({ length: LEVELS - 1 }, (_, j) => (2 * j + 1) * HALF_BIN - 1);
  const exceeded = edges.reduce<Tensor3D>(
    (sum, edge) => tf.tidy(() => tf.add(sum, tf.sigmoid(tf.mul(tf.sub(mean, edge), inverseScale)))),
    tf.zerosLike(mean),
  );
  return tf.div(tf.sum(tf.mul(weightsOf(logits), exceeded), 1), LEVELS - 1);
}

/**
 * The first half of the noise chooses the component, the second the place in it; places outside the range become the
 * nearest end.
 */
function draw(noise: Tensor2D, { logits, mean, logScale }: LogisticMixtureParams): Tensor2D {
  const [chooser, uniform] = tf.split(noise, 2, 1) as [Tensor2D, Tensor2D];
  const components = logits.shape[1];
  const exceeded = tf.step(tf.sub(tf.cumsum(weightsOf(logits), 1), tf.expandDims(chooser, 1)));
  // rounding may leave the last sum below the noise
  const index = tf.minimum(tf.sub(components, tf.sum(exceeded, 1, true)), components - 1);
  const numbers = tf.reshape(tf.range(0, components, 1, 'float32'), [1, components, 1]);
  const chosen = tf.cast(tf.equal(index, numbers), 'float32');
  const [centre, scale] = [mean, tf.exp(logScale)].map((each): Tensor2D => tf.sum(tf.mul(chosen, each), 1));
  const u = tf.clipByValue(uniform, SMALLEST, 1 - SMALLEST);
  const value = tf.add(centre!, tf.mul(scale!, tf.sub(tf.log(u), tf.log(tf.sub(1, u)))));
  return tf.div(levelOf(tf.mul(tf.add(value, 1), 0.5)), LEVELS - 1);
}
