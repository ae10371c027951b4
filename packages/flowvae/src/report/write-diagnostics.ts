// Writes the results of `evaluate --report` to a run folder: report.json, extended, and report.html.

import type { Evaluation } from '@flowvae/evaluation';
import type { FileOptions } from '@flowvae/figures';
import type { ProgressStream, RunFolder } from '@flowvae/runs';
import type { HistoryEntry } from '@flowvae/training';
import { keepScores } from '../comparison/scoring/scored-test.ts';
import { labLink } from '../lab/lab-link.ts';
import type { Experiment } from '../run/experiment.ts';
import type { ChosenCheckpoint } from '../run/saved-run.ts';
import { versions } from '../run/versions.ts';
import { figureFiles, writeFigures } from './figures/named-figure.ts';
import { parametersChecksum } from './kept-diagnostics.ts';
import { evaluationReport } from './report.ts';
import { reportPage } from './report-page.ts';
import { examine } from './sections/examination.ts';

/** Options of {@link writeDiagnostics}. */
export interface WriteDiagnosticsOptions {
  /** The run's name, for the title. */
  readonly name: string;
  readonly engine: string;
  /** The checkpoint of the parameters; absent: the end of training. */
  readonly checkpoint?: ChosenCheckpoint | undefined;
  /** Whether the data are others than those of the training. */
  readonly hasOtherData: boolean;
  /** How each figure of the page is written as a file of its own; absent: none is. */
  readonly figures?: FileOptions | undefined;
  readonly progress: ProgressStream;
  readonly signal?: AbortSignal;
}

/** A report in a run's folder. */
export interface WrittenDiagnostics {
  readonly evaluation: Evaluation;
  /** Of the page. */
  readonly path: string;
  /** Paths of the figures' own files. */
  readonly figures: readonly string[];
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
  { name, engine, checkpoint, hasOtherData, figures, progress, signal }: WriteDiagnosticsOptions,
): Promise<WrittenDiagnostics | undefined> {
  const examined = await examine(parts, progress, signal);
  if (!examined) return undefined;
  const { diagnostics, numbers } = examined;
  const { evaluation, estimates } = diagnostics;
  const history = folder.readMetrics().filter((entry) => 'terms' in entry) as HistoryEntry[];
  const page = reportPage({
    parts,
    sections: await examined.sections(history),
    name,
    checkpoint,
    versions: await versions(parts.config.engine),
    related: labLink(parts, folder.path),
  });
  const suffix = hasOtherData ? `-${asFileName(parts.set.name)}` : '';
  const named = page.figures.map((figure) => ({ ...figure, name: `${figure.name}${suffix}` }));
  const files = figures ? writeFigures(folder, figureFiles(named, figures)) : [];
  if (!hasOtherData && !checkpoint) keepScores(parts, folder.path, estimates);
  if (hasOtherData) return { evaluation, path: folder.writePage(page.html, `report${suffix}.html`), figures: files };
  const { checkpoint: _, ...trained } = folder.readReport(); // once it stood there of which checkpoint a report is
  folder.writeReport({
    ...trained,
    diagnostics: {
      parametersSha256: parametersChecksum(parts.model.variables),
      data: parts.set.name,
      evaluation: { ...evaluationReport(parts, evaluation), engine, checkpoint },
      ...numbers,
    },
  });
  return { evaluation, path: folder.writePage(page.html), figures: files };
}

/** The name of other data, in letters that every file system takes. */
const asFileName = (data: string): string => data.replace(/[^\w.-]+/g, '-');
