// The cost of amortisation: each data point's posterior is refined with free parameters, instead of parameters from the
// encoder or shared variables.
import type { Noise } from '@flowvae/distributions';
import type { LatentModel } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import { elementCount, type NamedVariables, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import type { DataPoints, RunnerOptions } from '@flowvae/training';
import { evaluateModel, type ImportanceEstimate } from './evaluate.ts';
import { ascend } from './refinement.ts';
import { tabulate } from './tabulate.ts';

/** Parameters of posteriors, each [n, ...shape]. */
type PosteriorParams = Readonly<Record<string, Tensor>>;

/** Options of {@link inferenceGaps}. */
export interface InferenceGapsOptions extends Omit<RunnerOptions, 'variables'> {
  /** The model's own variables; they stay as they are. */
  readonly variables: NamedVariables;
  /**
   * x [B, P] → each data point's parameters, where the refinement starts: the encoder's outputs, or values that all
   * data points share.
   */
  readonly paramsAt: (x: Tensor2D) => PosteriorParams;
  /** The model at data x [B, P], whose posteriors have these parameters. */
  readonly modelAt: (x: Tensor2D, params: PosteriorParams) => LatentModel;
  readonly noise: Noise;
  /** A few data points; refined in groups whose steps fit the memory. */
  readonly data: DataPoints;
  /** Importance samples of the estimates, before and after. */
  readonly samples: number;
  /** Steps of Adam. Default 400. */
  readonly steps?: number;
  /** Draws for each data point in a step. Default 8. */
  readonly draws?: number;
  /** Learning rate at the start; it decays to 0 by a cosine. Default 0.02. */
  readonly rate?: number;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

/** One data point's bound, before and after its posterior was refined; nats. */
export interface InferenceGap {
  readonly amortised: ImportanceEstimate;
  readonly refined: ImportanceEstimate;
  /**
   * The estimate of log p(x) with the larger effective sample size; in expectation both are lower bounds. The larger
   * estimate is no substitute: with a too narrow proposal, one heavy weight can push it above log p(x).
   */
  readonly logEvidence: number;
  /** log p̂(x) − L[q*]: an estimate of the part that no member of the family can reach. */
  readonly approximation: number;
  /** L[q*] − L[q]: the cost of parameters that an encoder yields or that all data points share. */
  readonly amortisation: number;
}

/**
 * Splits the gap log p(x) − L[q] of a few data points in two: approximation (the family) and amortisation (the encoder,
 * or parameters that all data points share).
 *
 * The family holds all posteriors with free parameters for each data point, even if the encoder yields none of these
 * parameters: a run whose parameters are all shared has the largest amortisation gap. Parameters that no data point can
 * have for itself stay fixed, such as weights of networks inside a flow.
 *
 * q* starts at q and ascends the bound with the generative model fixed. It is a noisy local optimum, so L[q*] is too
 * low: the amortisation gap is a lower bound, up to Monte Carlo error. The approximation gap has two errors of opposite
 * sign, because log p̂(x) is too low on average as well; it is no bound on either side.
 * @see Cremer et al. 2018, arXiv:1801.03558, sections 3 and 4
 */
export async function inferenceGaps(options: InferenceGapsOptions): Promise<readonly InferenceGap[]> {
  const { data, paramsAt, variables, engine, threads } = options;
  const runner = { ...(engine ? { engine } : {}), ...(threads ? { threads } : {}) };
  const started = await tabulate((x) => ({ ...paramsAt(x) }), data, { variables, ...runner });
  const params = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(shapesOf(options)).map(([name, shape]) => [
        name,
        tf.variable(tf.tensor(started[name]!, [data.count, ...shape])),
      ]),
    ),
  );
  try {
    const before = await estimates(options, params);
    if (Object.keys(params).length > 0) await ascend(options, params); // a family of one member needs no refinement
    const after = await estimates(options, params);
    return before.map((amortised, i) => gapOf(amortised, after[i]!));
  } finally {
    tf.dispose(params);
  }
}

function gapOf(amortised: ImportanceEstimate, refined: ImportanceEstimate): InferenceGap {
  const isBetter = refined.effectiveSampleSize >= amortised.effectiveSampleSize;
  const { logEvidence } = isBetter ? refined : amortised;
  return {
    amortised,
    refined,
    logEvidence,
    approximation: logEvidence - refined.elbo,
    amortisation: refined.elbo - amortised.elbo,
  };
}

/** Shapes of the parameters of one data point. */
function shapesOf({ paramsAt, data }: InferenceGapsOptions): Readonly<Record<string, readonly number[]>> {
  const shapes: Record<string, readonly number[]> = {};
  tf.tidy(() => {
    const params = Object.entries(paramsAt(tf.zeros([1, data.width])));
    for (const [name, { shape }] of params) shapes[name] = shape.slice(1);
  });
  return shapes;
}

/** Importance estimates with given parameters; every call uses the same draws. */
async function estimates(options: InferenceGapsOptions, params: NamedVariables): Promise<ImportanceEstimate[]> {
  const { modelAt, data, noise, samples, key, variables, engine, threads } = options;
  const found: ImportanceEstimate[] = [];
  const entries = Object.entries(params).map(([name, variable]) => {
    const shape = variable.shape.slice(1);
    return { name, shape, size: elementCount(shape), values: variable.dataSync<'float32'>() };
  });
  const widths = entries.map(({ size }) => size);
  const width = data.width + widths.reduce((sum, size) => sum + size, 0);
  const row = new Float32Array(width);
  await evaluateModel({
    variables,
    modelAt(packed) {
      const [x, ...parts] = tf.split(packed, [data.width, ...widths], 1);
      const own = entries.map(({ name, shape }, i) => [name, tf.reshape(parts[i]!, [-1, ...shape])] as const);
      return modelAt(x as Tensor2D, Object.fromEntries(own));
    },
    noise,
    data: {
      count: data.count,
      width,
      row(index) {
        row.set(data.row(index));
        let at = data.width;
        for (const { size, values } of entries) {
          row.set(values.subarray(index * size, (index + 1) * size), at);
          at += size;
        }
        return row;
      },
    },
    samples,
    key: fold(key, 'estimate'),
    onEstimate: (_, estimate) => found.push(estimate),
    ...(engine ? { engine } : {}),
    ...(threads ? { threads } : {}),
  });
  return found;
}
