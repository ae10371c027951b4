// The VampPrior: a mixture of the posteriors of learnt pseudo-inputs.
import { type NormalMixtureParams, normalMixture, type Samplable, type Scorable } from '@flowvae/distributions';
import type { Prior } from '@flowvae/flows';
import { drawNormal, fold } from '@flowvae/random';
import { type Tensor2D, tf, type Variable } from '@flowvae/tensor';
import type { PriorPlace } from './prior-choice.ts';

/** Options of {@link vampPrior}. */
export interface VampPriorOptions extends PriorPlace {
  /** Pseudo-inputs K. */
  readonly count: number;
}

/** Deviation of the noise on the rows from which pseudo-inputs start, as in the paper's code. */
const NOISE = 0.01;

/** Where pseudo-inputs of values in [0, 1] start without rows of data, as in the paper's code. */
const CENTRE = 0.5;

/**
 * VampPrior: p(z) = 1/K·Σ_k N(z; μ(u_k), diag σ²(u_k)), the base normals of q(z|u_k) at pseudo-inputs u_k, which are
 * trained in the space of the data.
 *
 * Behind a posterior flow the components are the base normals of the encoder, not the flow's image of them: the prior
 * stays a density of closed form, and bounds stay bounds. Columns of values in [0, 1] are clipped to it (hard tanh);
 * others are free. Pseudo-inputs start at rows of data with a little noise; all their values count as observed. Draws
 * take noise [B, D + 2]: two columns choose the component. `settled` encodes the pseudo-inputs once, for evaluation.
 * @see Tomczak & Welling 2018, arXiv:1705.07120, eqs. 8-10; jmtomczak/vae_vampprior for the start
 */
export function vampPrior(options: VampPriorOptions): Prior {
  const { latent, pixels, count, encoded } = options;
  const variables = { pseudoInputs: variableOf(startOf(options), [count, pixels]) };
  const inputs = inputsOf(options.bounded, variables.pseudoInputs as unknown as Tensor2D);
  const params = (): NormalMixtureParams => {
    const { mean, logStd } = encoded(inputs());
    return { logits: tf.zeros([1, count]), mean, logStd };
  };
  const made = () => normalMixture(params());
  const distribution: Samplable & Scorable = {
    noise: { kind: 'normal', width: latent + 2 },
    sampleAndLogProb: (noise) => made().sampleAndLogProb(noise),
    logProb: (z) => made().logProb(z),
    detached: () => made().detached(),
  };
  return { variables, distribution, settled: () => settledMixture(params) };
}

/** The same mixture by exact distances; the parameters of its components are variables that no optimiser changes. */
function settledMixture(made: () => NormalMixtureParams): Prior {
  const variables = tf.tidy(() => {
    const { logits, mean, logStd } = made();
    const fixed = (values: Tensor2D): Variable => tf.variable(values, false);
    return { logits: fixed(logits), mean: fixed(mean), logStd: fixed(logStd) };
  });
  const distribution = normalMixture(variables as unknown as NormalMixtureParams, { distances: 'differences' });
  return { variables, distribution };
}

/** Pseudo-inputs within the range of the data. */
function inputsOf(bounded: Float32Array, raw: Tensor2D): () => Tensor2D {
  if (bounded.every((each) => each === 0)) return () => raw;
  const clipped = () => tf.clipByValue(raw, 0, 1) as Tensor2D;
  if (bounded.every((each) => each === 1)) return clipped;
  return () => {
    const share = tf.tensor2d(bounded, [1, bounded.length]);
    return tf.add(tf.mul(share, clipped()), tf.mul(tf.sub(1, share), raw));
  };
}

function startOf({ pixels, count, bounded, rows, key }: VampPriorOptions): Float32Array {
  const noise = drawNormal(fold(key, 'pseudo-inputs'), count * pixels);
  const start = rows ? (i: number) => rows[i % rows.length]! : (i: number) => (bounded[i % pixels] === 1 ? CENTRE : 0);
  return noise.map((each, i) => start(i) + NOISE * each);
}

const variableOf = (values: Float32Array, shape: [number, number]): Variable =>
  tf.tidy(() => tf.variable(tf.tensor2d(values, shape)));
