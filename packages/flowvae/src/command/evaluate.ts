// `flowvae evaluate <run>`.

import { chooseBackend, evaluateTest } from '../evaluate-test.ts';
import { describeEvaluation, evaluationReport } from '../report.ts';
import { openRun } from '../saved-run.ts';
import type { TrainConfig } from '../settings.ts';
import { interruption } from './interruption.ts';
import { progressTo, type Verbosity } from './verbosity.ts';

type EvaluateFlags = Partial<TrainConfig> & Verbosity & { readonly json: boolean };

export async function evaluateCommand(
  run: string,
  { json, quiet = false, verbose = false, ...changes }: EvaluateFlags,
): Promise<void> {
  const progress = progressTo(process.stderr, { quiet, verbose });
  const { parts } = openRun(run, changes);
  const { engine, fallback } = await chooseBackend(parts.config.engine);
  if (fallback) progress.write(`ONNX Runtime is not usable here (${fallback}); going on with the eager engine\n`);
  const { signal, exitCode, release } = interruption();
  const evaluation = await evaluateTest(parts, progress, signal);
  release();
  const report = { ...evaluationReport(parts, evaluation), engine };
  process.stdout.write(`${json ? JSON.stringify(report) : describeEvaluation(report)}\n`);
  process.exitCode = exitCode();
}
