// `flowvae score <run>`: the work.
import { paretoKThreshold } from '@flowvae/objectives';
import { counted, nounOf } from '../../report/counted.ts';
import { meanOf, standardErrorOf } from '../../report/diagnostics-report.ts';
import { fewerNotice } from '../../run/encoded-rows.ts';
import { chooseBackend } from '../../run/evaluate-test.ts';
import { openCheckedRun } from '../../run/saved-run.ts';
import { samplesOfRows, scoreColumns, scoreRows, writeScores } from '../../run/scoring/score-rows.ts';
import { interruption } from '../interruption.ts';
import type { ScoreTask } from '../tasks.ts';

export async function scoreAction(task: ScoreTask): Promise<void> {
  const { run, settings, checkpoint: choice, json, split: wanted, images, out } = task;
  const { samples: asked } = task;
  const { parts, notices, hasOtherData } = await openCheckedRun(run, settings, choice);
  const split = wanted ?? (hasOtherData ? 'all' : 'test');
  const fewer = fewerNotice(parts.set, { split, images, done: 'scored' });
  for (const notice of [...notices, ...fewer]) process.stderr.write(`${notice}\n`);
  await chooseBackend(parts.config.engine, process.stderr);
  const { signal, exitCode, release } = interruption();
  const scores = await scoreRows(parts, { split, images, samples: asked, progress: process.stderr, signal })
    .catch((error: unknown) => {
      if (!signal.aborted || error !== signal.reason) throw error;
      process.stderr.write(`stopped before the end: ${out} is not written\n`);
      return undefined;
    })
    .finally(release);
  process.exitCode = exitCode();
  if (!scores) return;
  await writeScores(out, scores);
  const samples = samplesOfRows(parts, { samples: asked });
  const logPs = scores.map(({ logP }) => logP);
  const mean = meanOf(logPs);
  const error = scores.length > 1 ? standardErrorOf(logPs) : null;
  const hasKHat = scores.some(({ kHat }) => !Number.isNaN(kHat));
  const above = hasKHat ? meanOf(scores.map(({ kHat }) => Number(!(kHat <= paretoKThreshold(samples))))) : null;
  const summary = { scores: out, columns: scoreColumns, rows: scores.length, samples, meanLogP: mean };
  const report = { ...summary, meanLogPStandardError: error, paretoKAboveThreshold: above };
  const noun = nounOf(parts.data);
  const spread = error === null ? '' : ` ± ${error.toFixed(2)} (standard error over ${noun}s)`;
  const tails = above === null ? '' : `, Pareto k̂ too high for ${(100 * above).toFixed(1)} % of them`;
  const text = `scores      ${out}: ${counted(scores.length, noun)}, ${counted(samples, 'importance sample')} each${tails}\nlog p(x)    ${mean.toFixed(2)}${spread} nats`;
  process.stdout.write(`${json ? JSON.stringify(report) : text}\n`);
}
