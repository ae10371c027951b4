// One flow fitted to one energy by the variational bound: restarts, the best of them, its bound and its density.
import {
  adam,
  chainOptimizers,
  clipByGlobalNorm,
  cosineDecay,
  dataPoints,
  diagonalNormal,
  fit,
  fold,
  free,
  type Key,
  key,
  logProbs,
  type NamedVariables,
  parseInvertibleFlow,
  pushForward,
  random,
  type Scalar,
  type Tensor2D,
  tabulate,
  tf,
  underPrefixes,
  versions,
} from 'flowvae';
import { cellMiddles } from '../plane-cells.ts';
import type { Result, RunContext } from '../reproduce/experiment.ts';
import { ANNEALING, type EnergyName, type FitEntry, flows, HALF_WIDTH } from './config.ts';
import { restartSettings, settings, startOf } from './restarts.ts';
import { confined, logNormaliser } from './target.ts';

/** What a fit leaves. Nats. */
export interface FitResult extends Result {
  readonly energy: EnergyName;
  readonly flow: string;
  readonly k: number;
  readonly steps: number;
  readonly seed: number;
  /** The bound of each. */
  readonly restarts: readonly number[];
  /** F = E_q[ln q + U] of the best restart, by draws that had no part in choosing it. */
  readonly bound: number;
  readonly boundStandardError: number;
  readonly logZ: number;
  /** KL(q‖e^(−U)/Z) = F + ln Z */
  readonly kl: number;
  /** The density of each cell in 255ths of the ceiling, base64. */
  readonly map: { readonly cells: number; readonly ceiling: number; readonly bytes: string };
}

/** A learnable diagonal normal through a flow, all parameters free. */
function candidate({ flow: name, k }: FitEntry, seed: Key, planarOffsets: number) {
  const flow = parseInvertibleFlow(`${flows[name]}*${k}`, 2);
  const zeros = () => new Float32Array(2);
  const base = free({ mean: [2], logStd: [2] }, { mean: zeros(), logStd: zeros() });
  const ofFlow = free(flow.paramShapes, startOf(flow, fold(seed, 'flow'), name === 'planar' ? planarOffsets : 0));
  const { mean, logStd } = base.variables;
  const normal = diagonalNormal({ mean: mean as unknown as Tensor2D, logStd: logStd as unknown as Tensor2D });
  return {
    density: pushForward(normal, flow, ofFlow.variables),
    variables: underPrefixes({ base: base.variables, flow: ofFlow.variables }),
  };
}

type Candidate = ReturnType<typeof candidate>;

/** Minimises E[ln q + β·U], β of eq. 20. */
async function trained(entry: FitEntry, restart: number, context: RunContext): Promise<Candidate> {
  const { threads, progress, signal } = context;
  const seed = fold(rootOf(entry), 'restart', restart);
  const { rate, planarOffsets } = restartSettings(restart);
  const { density, variables } = candidate(entry, seed, planarOffsets);
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
      random.normal(fold(seed, 'noise', step), noise);
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
  return { density, variables };
}

/** Mean and standard error of ln q + U over draws. */
async function boundOf(entry: FitEntry, { density, variables }: Candidate, at: Key) {
  const draws = dataPoints(random.normal(at, 2 * entry.draws), 2);
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

/** All randomness of a fit. */
const rootOf = (entry: FitEntry): Key => fold(key(entry.seed), entry.energy, entry.flow, entry.k);

/** Fits, chooses, measures. */
export async function runFit(entry: FitEntry, context: RunContext): Promise<FitResult | undefined> {
  const root = rootOf(entry);
  const from = performance.now();
  const tried: { candidate: Candidate; bound: number }[] = [];
  for (let restart = 0; restart < entry.restarts; restart++) {
    const made = await trained(entry, restart, context);
    if (context.signal.aborted) return undefined;
    tried.push({ candidate: made, bound: (await boundOf(entry, made, fold(root, 'choice'))).mean });
  }
  const best = tried.reduce((a, b) => (b.bound < a.bound ? b : a));
  const { mean, standardError } = await boundOf(entry, best.candidate, fold(root, 'estimate'));
  const logZ = await logNormaliser(entry.energy);
  const map = await mapOf(best.candidate, entry.cells);
  for (const { candidate: each } of tried) dispose(each.variables);
  const { energy, flow, k, seed, steps } = entry;
  return {
    experiment: 'fig3',
    scale: context.scale,
    energy,
    flow,
    formula: `${flows[flow]}*${k}`,
    k,
    steps,
    seed,
    bound: mean,
    boundStandardError: standardError,
    logZ,
    kl: mean + logZ,
    restarts: tried.map(({ bound }) => bound),
    settings,
    draws: entry.draws,
    map,
    seconds: Math.round((performance.now() - from) / 1000),
    versions: await versions(),
    command: context.command(context.threads),
  };
}

async function mapOf({ density, variables }: Candidate, cells: number): Promise<FitResult['map']> {
  const values = await logProbs(density, dataPoints(cellMiddles(cells, HALF_WIDTH), 2), { variables });
  const densities = values.map(Math.exp);
  const ceiling = densities.reduce((a, b) => Math.max(a, b), 0);
  const bytes = Uint8Array.from(densities, (value) => Math.round((255 * value) / ceiling));
  return { cells, ceiling, bytes: Buffer.from(bytes).toString('base64') };
}

const dispose = (variables: NamedVariables) => {
  for (const variable of Object.values(variables)) variable.dispose();
};
