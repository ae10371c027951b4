// The evaluation of a run on its test rows, which leaves the score of each row in the run folder.
import { createHash } from 'node:crypto';
import { widthOfDatum } from '@flowvae/datasets';
import type { Evaluation, ImportanceEstimate } from '@flowvae/evaluation';
import { type EvaluateTestOptions, evaluateTest } from '../../run/evaluate-test.ts';
import type { TestParts } from '../../run/experiment.ts';
import { writeTestScores } from '../runs/test-scores.ts';

/** Evaluates the test rows and writes their scores, unless the evaluation was stopped before its end. */
export async function scoredTest(
  parts: TestParts,
  folder: string,
  options: Omit<EvaluateTestOptions, 'onEstimate'>,
): Promise<Evaluation | undefined> {
  const estimates: ImportanceEstimate[] = [];
  const evaluation = await evaluateTest(parts, {
    ...options,
    onEstimate: (row, estimate) => {
      estimates[row] = estimate;
    },
  });
  keepScores(parts, folder, estimates);
  return evaluation;
}

/** Writes the scores of all test rows; nothing if some are missing. */
export function keepScores(parts: TestParts, folder: string, estimates: readonly ImportanceEstimate[]): void {
  const { plan, config, test } = parts;
  const scored = estimates.filter(Boolean).length; // a stopped evaluation leaves holes
  if (test.count === 0 || scored < test.count) return;
  writeTestScores(folder, {
    elbo: Float32Array.from(estimates, ({ elbo }) => elbo),
    nll: Float32Array.from(estimates, ({ logEvidence }) => -logEvidence),
    samples: config.evalSamples,
    rowsSha256: scoredValuesChecksum(parts),
    form: plan.likelihood.data,
  });
}

/** The SHA-256 of the test rows without covariates. */
function scoredValuesChecksum({ test, data }: TestParts): string {
  const width = widthOfDatum(data) * (data.hasMissing ? 2 : 1);
  const hash = createHash('sha256');
  for (let i = 0; i < test.count; i++) {
    const { buffer, byteOffset } = test.row(i);
    hash.update(new Uint8Array(buffer, byteOffset, 4 * width));
  }
  return hash.digest('hex');
}
