// One flow fitted to one energy by the variational bound: restarts, the best of them, its bound and its density.
import { dataPoints, fold, logProbs, type NamedVariables, versions } from 'flowvae';
import { cellMiddles } from '../plane-cells.ts';
import type { RunContext } from '../reproduce/experiment.ts';
import { provenance } from '../reproduce/provenance.ts';
import { boundOf, type Candidate, candidate, rootOf, train } from './candidate.ts';
import { ANNEALING, type FitEntry, flows, HALF_WIDTH } from './config.ts';
import type { FitResult } from './fit-result.ts';
import { keepRestart, type RestartRecord, takeUpRestart } from './kept-restarts.ts';
import { restartSettings, settings } from './restarts.ts';
import { logNormaliser } from './target.ts';

interface Tried extends RestartRecord {
  readonly candidate: Candidate;
}

/** Fits, chooses, measures; restarts that an earlier call has done are taken up. */
export async function runFit(entry: FitEntry, context: RunContext): Promise<FitResult | undefined> {
  const tried: Tried[] = [];
  try {
    for (let restart = 0; restart < entry.restarts; restart++) {
      const each = await tryRestart(entry, restart, context);
      if (!each) return undefined;
      tried.push(each);
    }
    return await resultOf(entry, tried, context);
  } finally {
    for (const { candidate: each } of tried) dispose(each.variables);
  }
}

/** Trains a restart and keeps it, or takes it up; undefined after a stop. */
async function tryRestart(entry: FitEntry, restart: number, context: RunContext): Promise<Tried | undefined> {
  const made = candidate(entry, restart);
  const { variables } = made;
  const by = await madeBy(entry, restart, context);
  const kept = takeUpRestart(context.runFolder, restart, { by, variables });
  if (kept) return { candidate: made, ...kept };
  const from = performance.now();
  await train(made, entry, restart, context);
  if (context.signal.aborted) {
    dispose(variables);
    return undefined;
  }
  const { mean: bound } = await boundOf(entry, made, fold(rootOf(entry), 'choice'));
  const record = { bound, seconds: (performance.now() - from) / 1000 };
  keepRestart(context.runFolder, restart, { ...record, by, variables });
  return { candidate: made, ...record };
}

/** The facts that decide a restart's bytes; the number of other restarts is not among them. */
async function madeBy(entry: FitEntry, restart: number, { threads }: RunContext) {
  const { slug: _, restarts: __, cells: ___, ...rest } = entry;
  const { batch, clip } = settings;
  const { flow, k } = entry;
  const training = { formula: `${flows[flow]}*${k}`, ...restartSettings(restart), batch, clip, annealing: ANNEALING };
  return { ...rest, ...training, threads, versions: await versions() };
}

async function resultOf(entry: FitEntry, tried: readonly Tried[], context: RunContext): Promise<FitResult> {
  const { energy, flow, k, seed, steps } = entry;
  const from = performance.now();
  const best = tried.reduce((a, b) => (b.bound < a.bound ? b : a));
  const { mean, standardError } = await boundOf(entry, best.candidate, fold(rootOf(entry), 'estimate'));
  const logZ = await logNormaliser(energy);
  const map = await mapOf(best.candidate, entry.cells);
  const seconds = tried.reduce((sum, each) => sum + each.seconds, (performance.now() - from) / 1000);
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
    seconds: Math.round(seconds),
    ...(await provenance()),
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
