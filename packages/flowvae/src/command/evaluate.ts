// `flowvae evaluate <run>`.

import { chooseBackend, evaluateTest } from '../evaluate-test.ts';
import { describeEvaluation, evaluationReport } from '../report.ts';
import { openRun } from '../saved-run.ts';
import type { TrainConfig } from '../settings.ts';
import { interruption } from './interruption.ts';

type EvaluateFlags = Partial<TrainConfig> & { readonly json: boolean };

export async function evaluateCommand(run: string, { json, ...changes }: EvaluateFlags): Promise<void> {
  const { parts } = openRun(run, changes);
  const { engine, fallback } = await chooseBackend(parts.config.engine);
  if (fallback) process.stderr.write(`ONNX Runtime is not usable here (${fallback}); going on with the eager engine\n`);
  const { signal, exitCode, release } = interruption();
  const evaluation = await evaluateTest(parts, process.stderr, signal);
  release();
  const report = { ...evaluationReport(parts.config, evaluation), engine };
  process.stdout.write(`${json ? JSON.stringify(report) : describeEvaluation(report)}\n`);
  process.exitCode = exitCode();
}
