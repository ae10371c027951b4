// `flowvae evaluate <run>`.
import { basename, resolve } from 'node:path';
import { ExpectationError } from '@flowvae/tensor';
import { flagOf, type TrainConfig } from '../config/settings.ts';
import { describeEvaluation, evaluationReport } from '../report/report.ts';
import {
  type AnnealedFlags,
  annealedTest,
  checkAnnealedFlags,
  describeAnnealed,
  simulatedImages,
} from '../run/annealed-test.ts';
import { chooseBackend, evaluateTest } from '../run/evaluate-test.ts';
import type { ModelParts, TestParts } from '../run/experiment.ts';
import { type CheckpointChoice, describeCheckpoint, openModel, openRun, REMEDY } from '../run/saved-run.ts';
import { interruption } from './interruption.ts';
import { progressTo, type Verbosity } from './verbosity.ts';

type EvaluateFlags = Partial<TrainConfig> &
  Verbosity &
  AnnealedFlags & {
    readonly json: boolean;
    readonly report: boolean;
    readonly checkpoint?: CheckpointChoice;
  };

export async function evaluateCommand(run: string, flags: EvaluateFlags): Promise<void> {
  const {
    json,
    report: isWanted,
    checkpoint: choice,
    quiet = false,
    verbose = false,
    ais,
    chains,
    simulated,
    ...changes
  } = flags;
  const progress = progressTo(process.stderr, { quiet, verbose });
  const annealing = { ais, chains, simulated };
  checkAnnealedFlags(annealing);
  const isImageless = simulated !== undefined && changes.evalImages === 0 && !isWanted && !choice;
  const saved = isImageless ? undefined : openRun(run, changes, choice);
  const parts = saved?.parts ?? withoutImages(openModel(run, changes, REMEDY).parts);
  const { checkpoint, notices = [] } = saved ?? {};
  if (simulated === undefined) refuseNoImages(parts.config); // simulated images need no others
  for (const notice of notices) process.stderr.write(`${notice}\n`);
  const engine = await chooseBackend(parts.config.engine, progress);
  const drawn = await simulatedImages(parts, annealing);
  const { signal, exitCode, release } = interruption();
  const name = basename(resolve(run));
  const written =
    isWanted && saved
      ? await (await import('../report/write-diagnostics.ts')).writeDiagnostics(saved.parts, saved.folder, {
          name,
          engine,
          checkpoint,
          progress,
          signal,
        })
      : undefined;
  if (isWanted && parts.test.count === 0) process.stderr.write('no report: no test images\n');
  const evaluation = isWanted ? written?.evaluation : await evaluateTest(parts, progress, signal);
  const annealed = await annealedTest(parts, annealing, drawn, progress, signal);
  release();
  const report = {
    ...evaluationReport(parts, evaluation),
    ...(checkpoint ? { checkpoint } : {}),
    ...(annealed ? { ais: annealed } : {}),
    engine,
    ...(written ? { report: written.path } : {}),
  };
  const lines = [
    ...(checkpoint ? [`parameters  ${describeCheckpoint(checkpoint)}`] : []),
    describeEvaluation(report),
    ...(annealed ? [describeAnnealed(annealed)] : []),
    ...(written ? [`report      ${written.path}`] : []),
  ];
  process.stdout.write(`${json ? JSON.stringify(report) : lines.join('\n')}\n`);
  process.exitCode = exitCode();
}

/** What is simulated is evaluated without any image of a data set. */
const withoutImages = (parts: ModelParts): TestParts => ({
  ...parts,
  test: { count: 0, width: parts.image.height * parts.image.width, row: () => new Float32Array() },
});

/** A run may be trained without an evaluation; to evaluate nothing is a mistake. */
function refuseNoImages({ evalImages }: TrainConfig): void {
  if (evalImages > 0) return;
  throw new ExpectationError({
    where: flagOf('evalImages'),
    expected: 'at least one image to evaluate',
    received: '0',
    remedy: 'name a number',
  });
}
