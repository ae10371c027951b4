// The examination of a density, and the sections of its report.
import { EXACT, isDensity } from '@flowvae/density';
import { bitsPerDimension } from '@flowvae/distributions';
import type { Evaluation, ImportanceEstimate } from '@flowvae/evaluation';
import type { ProgressStream } from '@flowvae/runs';
import type { HistoryEntry } from '@flowvae/training';
import { estimatedTest } from '../../run/evaluate-test.ts';
import type { Experiment } from '../../run/experiment.ts';
import { counted, nounOf } from '../counted.ts';
import { learningCurveFigure, picturesOfData } from '../pictures.ts';
import { perDatum } from '../sections/per-datum.ts';
import { type Section, summaryRow } from '../sections/section.ts';
import { densityFacts } from './density-text.ts';

/** Estimates of all test data of a density; undefined if the work was stopped or there are none. */
export async function examineDensity(parts: Experiment, progress: ProgressStream, signal?: AbortSignal) {
  const estimated = await estimatedTest(parts, { progress, signal });
  if (!estimated) return undefined;
  const { evaluation, estimates } = estimated;
  const diagnostics = { evaluation, estimates, noun: nounOf(parts.data) };
  return {
    diagnostics,
    numbers: densityFacts(parts.model, evaluation),
    sections: async (history: readonly HistoryEntry[]): Promise<readonly Section[]> => [
      summary(parts, evaluation, estimates),
      { title: 'Learning curve', figures: history.length > 0 ? [learningCurveFigure(parts, history)] : [] },
      perDatum(parts, diagnostics),
      { title: 'Pictures', figures: await picturesOfData(parts) },
    ],
  };
}

const noises = {
  uniform: 'Uniform noise u fills each level k of 0 … L − 1',
  variational: 'Noise u from a flow that sees the levels k of 0 … L − 1 fills each of them',
} as const;

function summary(
  { model, data }: Experiment,
  evaluation: Evaluation,
  estimates: readonly ImportanceEstimate[],
): Section {
  const noun = nounOf(data);
  const dequantisation = isDensity(model) ? model.dequantisation : EXACT;
  const nlls = estimates.map(({ logEvidence }) => -logEvidence);
  const bits = estimates.map(({ logEvidence }) => bitsPerDimension(logEvidence, model.latent));
  const elbos = estimates.map(({ elbo }) => -elbo);
  const exact = ['The data are numbers: log p(x) is exact.'];
  const filled =
    dequantisation === EXACT
      ? exact
      : [
          `${noises[dequantisation]}: log P(k) ≥ E[log p((k + u)/L) − log q(u|k)] − D·log L. The estimate is the log of the mean of ${counted(evaluation.samples, 'such weight')}, on average below log P(k).`,
        ];
  const rows =
    dequantisation === EXACT
      ? [summaryRow('−log p(x), nats', nlls)]
      : [
          summaryRow('bits per dimension', bits, (value) => value.toFixed(4)),
          summaryRow('−log P(x), nats', nlls),
          summaryRow('by one draw, nats', elbos),
        ];
  const columns = ['', 'mean', 'standard error', `${noun}s`];
  return {
    title: 'Summary',
    text: [`${counted(evaluation.images, `test ${noun}`)}.`, ...filled],
    tables: [{ caption: `Means over test ${noun}s`, columns, rows }],
  };
}
