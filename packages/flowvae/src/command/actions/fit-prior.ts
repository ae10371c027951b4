// `flowvae fit-prior <run>`: the work.
import { key } from '@flowvae/random';
import { nounOf } from '../../report/counted.ts';
import { describeEvaluation } from '../../report/report.ts';
import { chooseBackend } from '../../run/evaluate-test.ts';
import type { PriorComparison } from '../../run/priors/fit-prior.ts';
import { type FittedRun, fitPriorOfRun } from '../../run/priors/fitted-run.ts';
import { openCheckedRun } from '../../run/saved-run.ts';
import { interruption } from '../interruption.ts';
import type { FitPriorTask } from '../tasks.ts';
import { progressTo } from '../verbosity.ts';

export async function fitPriorAction(task: FitPriorTask): Promise<void> {
  const { run, settings, fitted, steps, batch, draws, seed, out, json } = task;
  const { parts } = await openCheckedRun(run, settings);
  const progress = progressTo(process.stderr, task);
  await chooseBackend(parts.config.engine, progress);
  const { signal, exitCode, release } = interruption();
  const { lr } = parts.config;
  const options = { run, out, settings: fitted, steps, batch, draws, lr, seed, key: key(seed), progress, signal };
  const written = await fitPriorOfRun(parts, options)
    .catch((error: unknown) => {
      if (!signal.aborted || error !== signal.reason) throw error;
    })
    .finally(release);
  parts.set.close();
  process.exitCode = exitCode();
  if (!written) {
    process.stderr.write(`stopped before the prior was fitted; ${out} was not written\n`);
    return;
  }
  const report = { runFolder: out, steps: written.steps, ...written.comparison, ...written.evaluation };
  process.stdout.write(
    `${json ? JSON.stringify(report) : summary(written, { out, noun: nounOf(parts.data), prior: fitted.config.prior })}\n`,
  );
}

interface Words {
  readonly out: string;
  readonly noun: ReturnType<typeof nounOf>;
  readonly prior: string;
}

function summary({ steps, comparison, evaluation, figures }: FittedRun, { out, noun, prior }: Words): string {
  return [
    `prior       ${prior}, fitted in ${steps} steps`,
    ...(comparison ? describeComparison(comparison, noun) : []),
    describeEvaluation(evaluation, noun),
    `run folder  ${out}`,
    ...figures.map((path) => `figure      ${path}`),
  ].join('\n');
}

const number = ({ mean, standardError }: { readonly mean: number; readonly standardError: number }) =>
  `${mean.toFixed(2)}${Number.isNaN(standardError) ? '' : ` ± ${standardError.toFixed(2)}`}`;

const describeComparison = ({ before, after, change, rows, draws }: PriorComparison, noun: string): string[] => [
  `log p(z)    ${number(after)} nats, before ${number(before)}: means over ${rows} encoded test ${noun}s, ${draws} draws each`,
  `bound       changes by ${number(change)} nats`,
];
