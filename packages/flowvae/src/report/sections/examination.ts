// The examination of a run on its test data, by its model: a VAE's posteriors, or a density's estimates.
import { isDensity } from '@flowvae/density';
import type { ProgressStream } from '@flowvae/runs';
import type { HistoryEntry } from '@flowvae/training';
import type { Experiment } from '../../run/experiment.ts';
import { examineDensity } from '../density/density-sections.ts';
import { type Diagnostics, diagnose } from '../diagnostics.ts';
import { diagnosticsReport } from '../diagnostics-report.ts';
import type { Estimates } from './per-datum.ts';
import type { Section } from './section.ts';
import { vaeSections } from './vae-sections.ts';

/** The findings. */
export interface Examination {
  /** The estimates of all test data; of a VAE with all about its posteriors. */
  readonly diagnostics: Estimates & Partial<Diagnostics>;
  /** The numbers beside the evaluation, for report.json. */
  readonly numbers: object;
  /** The sections of the page. */
  sections(history: readonly HistoryEntry[]): Promise<readonly Section[]>;
}

/** Examines a run; undefined if the work was stopped or there are no test data. */
export const examine = (
  parts: Experiment,
  progress: ProgressStream,
  signal?: AbortSignal,
): Promise<Examination | undefined> =>
  isDensity(parts.model) ? examineDensity(parts, progress, signal) : examineVae(parts, progress, signal);

async function examineVae(
  parts: Experiment,
  progress: ProgressStream,
  signal?: AbortSignal,
): Promise<Examination | undefined> {
  const diagnostics = await diagnose(parts, progress, signal);
  return (
    diagnostics && {
      diagnostics,
      numbers: diagnosticsReport(diagnostics),
      sections: (history) => vaeSections(parts, diagnostics, history),
    }
  );
}
