// `flowvae evaluate <run>`.

import { type AnnealedFlags, annealedTest, checkAnnealedFlags, describeAnnealed } from '../annealed-test.ts';
import { chooseBackend, evaluateTest } from '../evaluate-test.ts';
import { describeEvaluation, evaluationReport } from '../report.ts';
import { openRun } from '../saved-run.ts';
import type { TrainConfig } from '../settings.ts';
import { interruption } from './interruption.ts';
import { progressTo, type Verbosity } from './verbosity.ts';

type EvaluateFlags = Partial<TrainConfig> & Verbosity & AnnealedFlags & { readonly json: boolean };

export async function evaluateCommand(
  run: string,
  { json, quiet = false, verbose = false, ais, chains, simulated, ...changes }: EvaluateFlags,
): Promise<void> {
  const progress = progressTo(process.stderr, { quiet, verbose });
  const annealing = { ais, chains, simulated };
  checkAnnealedFlags(annealing);
  const { parts } = openRun(run, changes);
  const { engine, fallback } = await chooseBackend(parts.config.engine);
  if (fallback) progress.write(`ONNX Runtime is not usable here (${fallback}); going on with the eager engine\n`);
  const { signal, exitCode, release } = interruption();
  const evaluation = await evaluateTest(parts, progress, signal);
  const annealed = await annealedTest(parts, annealing, progress, signal);
  release();
  const report = { ...evaluationReport(parts, evaluation), ...(annealed ? { ais: annealed } : {}), engine };
  const lines = [describeEvaluation(report), ...(annealed ? [describeAnnealed(annealed)] : [])];
  process.stdout.write(`${json ? JSON.stringify(report) : lines.join('\n')}\n`);
  process.exitCode = exitCode();
}
