// A density with parameters of its own, its training, and its bound.
import {
  adam,
  chainOptimizers,
  clipByGlobalNorm,
  cosineDecay,
  dataPoints,
  diagonalNormal,
  drawNormal,
  fit,
  fold,
  free,
  type Key,
  key,
  parseInvertibleFlow,
  pushForward,
  type Scalar,
  type Tensor2D,
  tabulate,
  tf,
  underPrefixes,
} from 'flowvae';
import type { RunContext } from '../reproduce/experiment.ts';
import { ANNEALING, type FitEntry, flows } from './config.ts';
import { restartSettings, settings, startOf } from './restarts.ts';
import { confined } from './target.ts';

/** All randomness of a fit. */
export const rootOf = (entry: FitEntry): Key => fold(key(entry.seed), entry.energy, entry.flow, entry.k);

const keyOf = (entry: FitEntry, restart: number) => fold(rootOf(entry), 'restart', restart);

/** The start of a restart: a learnable diagonal normal through a flow, all parameters free. */
export function candidate(entry: FitEntry, restart: number) {
  const { flow: name, k } = entry;
  const flow = parseInvertibleFlow(`${flows[name]}*${k}`, 2);
  const zeros = () => new Float32Array(2);
  const base = free({ mean: [2], logStd: [2] }, { mean: zeros(), logStd: zeros() });
  const offsets = name === 'planar' ? restartSettings(restart).planarOffsets : 0;
  const ofFlow = free(flow.paramShapes, startOf(flow, fold(keyOf(entry, restart), 'flow'), offsets));
  const { mean, logStd } = base.variables;
  const normal = diagonalNormal({ mean: mean as unknown as Tensor2D, logStd: logStd as unknown as Tensor2D });
  return {
    density: pushForward(normal, flow, ofFlow.variables),
    variables: underPrefixes({ base: base.variables, flow: ofFlow.variables }),
  };
}

/** The result of {@link candidate}. */
export type Candidate = ReturnType<typeof candidate>;

/** Minimises E[ln q + β·U], β of eq. 20, until it is done or stopped. */
export async function train(
  { density, variables }: Candidate,
  entry: FitEntry,
  restart: number,
  { threads, progress, signal }: RunContext,
): Promise<void> {
  const seed = keyOf(entry, restart);
  const { rate } = restartSettings(restart);
  const { batch, clip } = settings;
  const noise = new Float32Array(2 * batch);
  const beta = new Float32Array(1);
  await fit({
    variables,
    loss({ noise: drawn, beta: at }) {
      const { z, logProb } = density.sampleAndLogProb(drawn as Tensor2D);
      const energy = confined(entry.energy, z);
      const tempered = tf.add(logProb, tf.mul(energy, at as Scalar));
      return { loss: tf.mean(tempered) as Scalar, terms: { bound: tf.add(logProb, energy) } };
    },
    inputShapes: { noise: [batch, 2], beta: [] },
    batch(step) {
      drawNormal(fold(seed, 'noise', step), noise);
      beta[0] = Math.min(1, 0.01 + step / (ANNEALING * entry.steps));
      return { noise, beta };
    },
    optimizer: chainOptimizers(clipByGlobalNorm(clip), adam(cosineDecay(rate, entry.steps))),
    steps: entry.steps,
    threads,
    entryEvery: Math.max(1, Math.floor(entry.steps / 20)),
    callbacks: [
      {
        onEntry: ({ step, terms }) =>
          void progress.write(
            `restart ${restart + 1}/${entry.restarts}, step ${step}/${entry.steps}, bound ${terms.bound!.toFixed(3)}\n`,
          ),
      },
    ],
    signal,
  });
}

/** Mean and standard error of ln q + U over draws. */
export async function boundOf(entry: FitEntry, { density, variables }: Candidate, at: Key) {
  const draws = dataPoints(drawNormal(at, 2 * entry.draws), 2);
  const { value } = await tabulate(
    (noise) => {
      const { z, logProb } = density.sampleAndLogProb(noise);
      return { value: tf.add(logProb, confined(entry.energy, z)) };
    },
    draws,
    { variables },
  );
  const mean = value!.reduce((sum, each) => sum + each, 0) / entry.draws;
  const variance = value!.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (entry.draws - 1);
  return { mean, standardError: Math.sqrt(variance / entry.draws) };
}
