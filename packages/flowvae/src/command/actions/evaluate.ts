// `flowvae evaluate <run>`: the work.
import { basename, resolve } from 'node:path';
import { widthOfDatum } from '@flowvae/datasets';
import { scoredTest } from '../../comparison/scoring/scored-test.ts';
import { MOVED_REMEDY } from '../../config/data-check.ts';
import { nounOf } from '../../report/counted.ts';
import { describeEvaluation, evaluationReport } from '../../report/report.ts';
import { annealedTest, describeAnnealed, simulatedImages } from '../../run/annealed-test.ts';
import { chooseBackend, type EvaluateTestOptions, evaluateTest } from '../../run/evaluate-test.ts';
import type { ModelParts, TestParts } from '../../run/experiment.ts';
import { describeCheckpoint, openCheckedRun, openModel, type SavedRun } from '../../run/saved-run.ts';
import { runFacts } from '../../run-list/run-facts.ts';
import { interruption } from '../interruption.ts';
import type { EvaluateTask } from '../tasks.ts';
import { progressTo } from '../verbosity.ts';

export async function evaluateAction({
  run,
  settings,
  annealing,
  checkpoint: choice,
  hasReport,
  figures,
  json,
  isImageless,
  ...verbosity
}: EvaluateTask): Promise<void> {
  const progress = progressTo(process.stderr, verbosity);
  const saved = isImageless ? undefined : await openCheckedRun(run, settings, choice);
  const opened = saved ?? (await openModel(run, settings, MOVED_REMEDY));
  const parts = saved?.parts ?? withoutData(opened.parts);
  const { checkpoint, notices = [] } = saved ?? {};
  for (const notice of notices) process.stderr.write(`${notice}\n`);
  const engine = await chooseBackend(parts.config.engine, progress);
  const drawn = await simulatedImages(parts, annealing);
  const { signal, exitCode, release } = interruption();
  const name = basename(resolve(run));
  const written =
    hasReport && saved
      ? await (await import('../../report/write-diagnostics.ts')).writeDiagnostics(saved.parts, saved.folder, {
          ...{ name, engine, checkpoint, progress, signal, figures, hasOtherData: saved.hasOtherData },
        })
      : undefined;
  if (hasReport && parts.test.count === 0) process.stderr.write('no report: no test data\n');
  const evaluation = hasReport ? written?.evaluation : await evaluated(parts, saved, { progress, signal });
  const annealed = await annealedTest(parts, annealing, drawn, progress, signal);
  release();
  const report = {
    ...evaluationReport(parts, evaluation),
    ...(checkpoint ? { checkpoint } : {}),
    ...(annealed ? { ais: annealed } : {}),
    engine,
    ...runFacts(parts.plan, opened.folder),
    ...(written ? { report: written.path, ...(figures ? { figures: written.figures } : {}) } : {}),
  };
  const noun = nounOf(parts.data);
  const lines = [
    ...(checkpoint ? [`parameters  ${describeCheckpoint(checkpoint)}`] : []),
    describeEvaluation(report, noun),
    ...(annealed ? [describeAnnealed(annealed, noun)] : []),
    ...(written ? [`report      ${written.path}`, ...written.figures.map((path) => `figure      ${path}`)] : []),
  ];
  process.stdout.write(`${json ? JSON.stringify(report) : lines.join('\n')}\n`);
  process.exitCode = exitCode();
}

/** Scores of single rows are kept where they are those of the run's end, on its own data. */
const evaluated = (parts: TestParts, saved: SavedRun | undefined, options: EvaluateTestOptions) =>
  saved && !saved.checkpoint && !saved.hasOtherData
    ? scoredTest(parts, saved.folder.path, options)
    : evaluateTest(parts, options);

/** Simulated data replace those of the run. */
const withoutData = (parts: ModelParts): TestParts => ({
  ...parts,
  test: { count: 0, width: widthOfDatum(parts.data), row: () => new Float32Array() },
});
