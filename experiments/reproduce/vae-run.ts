// One VAE trained and evaluated: the run behind every number on MNIST.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, RunFolder, type TrainConfig, type ValidationEntry } from 'flowvae';
import { closeEvaluation } from './close-evaluation.ts';
import type { RunContext } from './experiment.ts';
import { withoutFolders } from './own-data.ts';
import { provenance } from './provenance.ts';
import { trainEntry } from './train-entry.ts';
import type { VaeEntry } from './vae-entry.ts';
import type { VaeResult } from './vae-result.ts';

/** Trains, evaluates twice, and collects; undefined after a stop. */
export async function runVae(entry: VaeEntry, context: RunContext): Promise<VaeResult | undefined> {
  const { runFolder, scale, progress, signal, allowDifferentMachine } = context;
  const resume = existsSync(join(runFolder, 'config.json'));
  // on as many threads as it began with: others could give other bytes
  const threads = resume ? RunFolder.claimed(runFolder).readConfig().threads : context.threads;
  const config = completeConfig({ ...entry.settings, threads });
  const { report } = await trainEntry(entry, config, {
    out: runFolder,
    resume,
    allowDifferentMachine,
    progress,
    signal,
  });
  if (signal.aborted || report.testElbo === null || report.testNll === null) return undefined;
  const nllStandardError = report.testNllStandardError ?? Number.NaN;
  const close = await closeEvaluation({
    runFolder,
    all: { mean: report.testNll, standardError: nllStandardError, images: report.evalImages },
    samples: entry.closeSamples,
    images: entry.closeImages,
    experiment: entry.own?.(),
    progress,
    signal,
  });
  if (!close) return undefined;
  const folder = RunFolder.open(runFolder);
  const validations = validationsOf(folder);
  const best = validations.reduce((a, b) => (b.validation.elbo > a.validation.elbo ? b : a));
  const kept = config.keep === 'best' ? best : validations.at(-1)!;
  return {
    experiment: entry.experiment,
    scale,
    architecture: config.architecture,
    flow: entry.set ? String(entry.set.posterior) : config.flow,
    k: entry.k,
    steps: config.steps,
    seed: config.seed,
    binarization: config.binarize,
    validationNegativeElbo: -kept.validation.elbo,
    validationStep: kept.step,
    testNegativeElbo: -report.testElbo,
    testNegativeElboStandardError: report.testElboStandardError ?? Number.NaN,
    nll200: report.testNll,
    nll200StandardError: nllStandardError,
    kl200StandardError: report.testInferenceGapStandardError ?? undefined,
    nll5000: close.mean,
    nll5000StandardError: close.standardError,
    closeEstimator: 'regression',
    samples: config.evalSamples,
    closeSamples: entry.closeSamples,
    closeImages: Math.min(entry.closeImages, report.evalImages),
    images: report.evalImages,
    terms: report.terms,
    validationCurve: validations.map(({ step, validation }) => [step, -validation.elbo] as const),
    parameters: report.parameters,
    threads: config.threads,
    seconds: trainingSeconds(folder),
    settings: inEffect({ ...config, data: withoutFolders(config.data) }, entry.own ? report.unused : []),
    ...(entry.set && { set: entry.set }),
    ...(await provenance()),
    command: context.command(config.threads),
  };
}

/** Settings without those that a part of the experiment's own replaces. */
const inEffect = (config: TrainConfig, unused: readonly string[] = []) => {
  const { heads, ...rest } = config;
  const kept = Object.fromEntries(Object.entries(rest).filter(([name]) => !unused.includes(name)));
  return { ...kept, ...(unused.includes('heads') ? {} : { heads }) };
};

function validationsOf(folder: RunFolder): ValidationEntry[] {
  return folder.readMetrics().filter((entry): entry is ValidationEntry => 'validation' in entry);
}

/** All steps together, including those before a stop, without validation and evaluation. */
function trainingSeconds(folder: RunFolder): number {
  let [before, milliseconds] = [0, 0];
  for (const entry of folder.readMetrics() as readonly { step: number; msPerStep?: number }[]) {
    if (entry.msPerStep === undefined) continue;
    milliseconds += entry.msPerStep * (entry.step - before);
    before = entry.step;
  }
  return Math.round(milliseconds / 1000);
}
