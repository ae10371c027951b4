// Writes the results of `evaluate --report` to a run folder: report.json, extended, and report.html.

import type { Evaluation } from '@flowvae/evaluation';
import type { ProgressStream, RunFolder } from '@flowvae/runs';
import type { HistoryEntry } from '@flowvae/training';
import type { Experiment } from '../run/experiment.ts';
import type { ChosenCheckpoint } from '../run/saved-run.ts';
import { versions } from '../run/versions.ts';
import { diagnose } from './diagnostics.ts';
import { diagnosticsReport } from './diagnostics-report.ts';
import { parametersChecksum } from './kept-diagnostics.ts';
import { evaluationReport } from './report.ts';
import { reportPage } from './report-page.ts';

/** Options of {@link writeDiagnostics}. */
export interface WriteDiagnosticsOptions {
  /** The run's name, for the title. */
  readonly name: string;
  readonly engine: string;
  /** The checkpoint of the parameters; absent: the end of training. */
  readonly checkpoint?: ChosenCheckpoint | undefined;
  /** Whether the data are others than those of the training. */
  readonly hasOtherData: boolean;
  readonly progress: ProgressStream;
  readonly signal?: AbortSignal;
}

/**
 * Examines a run's posteriors and writes the report; writes nothing and returns undefined if the work was stopped or
 * there are no test images.
 *
 * The entries that training wrote to report.json stay, with its evaluation; the new evaluation stands under
 * `diagnostics`. On other data, the run's own report and numbers stay: only a page of its own is written.
 */
export async function writeDiagnostics(
  parts: Experiment,
  folder: RunFolder,
  { name, engine, checkpoint, hasOtherData, progress, signal }: WriteDiagnosticsOptions,
): Promise<{ readonly evaluation: Evaluation; readonly path: string } | undefined> {
  const diagnostics = await diagnose(parts, progress, signal);
  if (!diagnostics) return undefined;
  const { evaluation } = diagnostics;
  const history = folder.readMetrics().filter((entry) => 'terms' in entry) as HistoryEntry[];
  const page = reportPage({ parts, diagnostics, history, name, checkpoint, versions: await versions() });
  if (hasOtherData) return { evaluation, path: folder.writePage(page, pageOn(parts.set.name)) };
  const { checkpoint: _, ...trained } = folder.readReport(); // once it stood there of which checkpoint a report is
  folder.writeReport({
    ...trained,
    diagnostics: {
      parametersSha256: parametersChecksum(parts.model.variables),
      data: parts.set.name,
      evaluation: { ...evaluationReport(parts, evaluation), engine, checkpoint },
      ...diagnosticsReport(diagnostics),
    },
  });
  return { evaluation, path: folder.writePage(page) };
}

/** The page's name for other data, by letters that every file system takes. */
const pageOn = (data: string): string => `report-${data.replace(/[^\w.-]+/g, '-')}.html`;
