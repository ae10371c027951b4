// Statistics of the posteriors of many data points: the bound's terms, the layers' log-dets, and E[z|x].
import type { Arrays } from '@flowvae/compiler';
import { layeredDraw, type Noise } from '@flowvae/distributions';
import type { LatentModel } from '@flowvae/objectives';
import type { Key } from '@flowvae/random';
import { repeatRows, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import type { DataPoints } from '@flowvae/training';
import { inClosedForm, taken, withNoise } from './rows-with-noise.ts';
import { type TabulateOptions, tabulate } from './tabulate.ts';

/** Options of {@link posteriorStatistics}. */
export interface PosteriorStatisticsOptions extends TabulateOptions {
  readonly modelAt: (x: Tensor2D) => LatentModel;
  readonly noise: Noise;
  readonly data: DataPoints;
  /** Draws M of z for each data point; at least 2. */
  readonly samples: number;
  /** Data point i's draws depend on the key and i only. */
  readonly key: Key;
}

/** The smallest, the mean and the largest of a quantity over the draws of each data point, [n] each. */
export interface Spread {
  readonly least: Float32Array;
  readonly mean: Float32Array;
  readonly most: Float32Array;
}

/** One layer of the posterior's flow, over data points. */
export interface LayerStatistics {
  readonly name: string;
  /** nats */
  readonly logDet: Spread;
  /** Each invariant by name; positive where the layer is a bijection. */
  readonly invariants: Readonly<Record<string, Pick<Spread, 'least' | 'most'>>>;
}

/** Statistics of each of n data points, means over M draws. */
export interface PosteriorStatistics {
  readonly count: number;
  readonly dim: number;
  readonly samples: number;
  /** `elbo` = logLikelihood + logPrior − logBase + Σ logDet of the layers; [n] each, nats. */
  readonly terms: Readonly<Record<'elbo' | 'logLikelihood' | 'logPrior' | 'logBase', Float32Array>>;
  /** The layer applied first is the first; empty without a flow. */
  readonly layers: readonly LayerStatistics[];
  /** E[z|x], [n, D] */
  readonly mean: Float32Array;
  /** Var[z|x] of each dimension, unbiased, [n, D] */
  readonly variance: Float32Array;
  /** Whether `mean` is known in closed form; otherwise it is the mean of the M draws. */
  readonly isMeanExact: boolean;
  /** KL(q‖N(0, I)) of each dimension, [n, D], nats; only for factorised posteriors. */
  readonly klPerDimension?: Float32Array;
}

/** Rows of the encoder in one run. */
const ROWS = 1000;

/**
 * Draws M times from the posterior of every data point, layer by layer, and reduces the draws inside the graph.
 *
 * Shapes: data [n, P]; the model at x [B, P] takes noise [B, W]. Units: nats.
 */
export async function posteriorStatistics(options: PosteriorStatisticsOptions): Promise<PosteriorStatistics> {
  const { modelAt, data, samples } = options;
  const values = await tabulate(
    (rows) => {
      const { x, drawn } = taken(rows, options);
      return reduced(modelAt, x, drawn, samples);
    },
    withNoise(options),
    { ...options, chunk: Math.max(1, Math.floor(ROWS / samples)) },
  );
  const { elbo, logLikelihood, logPrior, logBase, mean, variance, exactMean, klPerDimension } = values;
  return {
    count: data.count,
    dim: variance!.length / data.count,
    samples,
    terms: { elbo: elbo!, logLikelihood: logLikelihood!, logPrior: logPrior!, logBase: logBase! },
    layers: layersOf(values),
    mean: exactMean ?? mean!,
    variance: variance!,
    isMeanExact: exactMean !== undefined,
    ...(klPerDimension ? { klPerDimension } : {}),
  };
}

/** Evaluates one model row per draw, which fits every kind of posterior, then reduces the draws of each data point. */
function reduced(modelAt: PosteriorStatisticsOptions['modelAt'], x: Tensor2D, noise: Tensor2D, samples: number) {
  const model = modelAt(repeatRows(x, samples));
  const { z, logBase, layers } = layeredDraw(model.posterior, noise);
  const grouped = (values: Tensor) => tf.reshape(values, [-1, samples, ...values.shape.slice(1)]);
  const [logLikelihood, logPrior] = [model.likelihood(z), model.prior.logProb(z)];
  const logDet = layers.reduce((sum, layer) => tf.add(sum, layer.logDet), tf.zerosLike(logBase));
  const elbo = tf.add(tf.sub(tf.add(logLikelihood, logPrior), logBase), logDet);
  const terms = { elbo, logLikelihood, logPrior, logBase };
  const means = Object.entries(terms).map(([name, term]) => [name, tf.mean(grouped(term), 1)] as const);
  const parts = layers.flatMap(({ name, logDet: ofLayer, invariants }, k) => [
    ...spread([k, name], grouped(ofLayer)),
    ...Object.entries(invariants).flatMap(([invariant, value]) => {
      const rows = value.shape[0] === 1 ? tf.tile(value, [z.shape[0], ...value.shape.slice(1).map(() => 1)]) : value;
      return spread([k, name, invariant], tf.reshape(rows, [x.shape[0], -1]));
    }),
  ]);
  const { mean, variance } = tf.moments(grouped(z), 1);
  return {
    ...Object.fromEntries([...means, ...parts]),
    mean,
    variance: tf.mul(variance, samples / (samples - 1)),
    ...inClosedForm(modelAt(x).posterior),
  };
}

/** Separates the parts of a result's name; layer names contain no tab. */
const TAB = '\t';

/** Least, mean and most of each row [B, M]; the names hold the place of the values. */
const spread = (place: readonly (string | number)[], values: Tensor): (readonly [string, Tensor])[] => [
  [[...place, 'least'].join(TAB), tf.min(values, 1)],
  [[...place, 'mean'].join(TAB), tf.mean(values, 1)],
  [[...place, 'most'].join(TAB), tf.max(values, 1)],
];

/** Inverts `spread`: names back to layers. */
function layersOf(values: Arrays): readonly LayerStatistics[] {
  const parts = Object.entries(values).flatMap(([place, array]) => {
    const [k, name, ...rest] = place.split(TAB);
    return name === undefined
      ? []
      : [{ k: Number(k), name, invariant: rest.length > 1 ? rest[0]! : '', end: rest.at(-1)!, array }];
  });
  const count = Math.max(-1, ...parts.map(({ k }) => k)) + 1;
  return Array.from({ length: count }, (_, k) => {
    const own = parts.filter((part) => part.k === k);
    const ends = (wanted: string) =>
      Object.fromEntries(
        own.filter(({ invariant }) => invariant === wanted).map(({ end, array }) => [end, array]),
      ) as unknown as Spread;
    const invariants = [...new Set(own.map(({ invariant }) => invariant))].filter(Boolean);
    return {
      name: own[0]!.name,
      logDet: ends(''),
      invariants: Object.fromEntries(invariants.map((name) => [name, ends(name)])),
    };
  });
}
