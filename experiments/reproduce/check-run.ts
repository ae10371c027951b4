// A committed run again: some steps from a checkpoint that is at hand, and the evaluation of its test images.
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { completeConfig, evaluateTest, openRun, RunFolder } from 'flowvae';
import type { Checked, Result, RunContext } from './experiment.ts';
import { trainEntry } from './train-entry.ts';
import type { VaeEntry } from './vae-entry.ts';
import { type VaeResult, vaeResult } from './vae-result.ts';

/** Steps that are taken again. */
const STEPS = 200;

/** Another processor rounds otherwise: agreement of the losses, relative, … */
const LOSSES = 1e-3;

/** … and of the evaluation, in standard errors of the committed number. */
const STANDARD_ERRORS = 0.1;

/** The same run in a folder of its own, as it was after an earlier checkpoint. */
interface Earlier {
  readonly folder: string;
  readonly from: number;
  readonly until: number;
}

/**
 * Checks a result against its run folder, which stays as it is.
 *
 * @returns undefined after a stop
 */
export async function checkVae(entry: VaeEntry, committed: Result, context: RunContext): Promise<Checked | undefined> {
  const result = vaeResult.parse(committed);
  const { runFolder } = context;
  if (!existsSync(join(runFolder, 'config.json'))) return { skipped: `no run folder at ${runFolder}` };
  const training = await stepsAgain(entry, context);
  const evaluation = context.signal.aborted ? undefined : await evaluatedAgain(entry, result, context);
  if (context.signal.aborted || !evaluation) return undefined;
  return { parts: [training, evaluation] };
}

type Part = Extract<Checked, { parts: unknown }>['parts'][number];

async function stepsAgain(entry: VaeEntry, context: RunContext): Promise<Part> {
  const { runFolder, allowDifferentMachine, progress, signal } = context;
  const folder = RunFolder.claimed(runFolder);
  const config = completeConfig({ ...entry.settings, threads: folder.readConfig().threads });
  const scratch = mkdtempSync(join(tmpdir(), 'flowvae-check-'));
  try {
    const earlier = copyAsBefore(runFolder, config.steps, scratch);
    if (!earlier) return { text: 'no checkpoint before the last one: no step was taken again', isEqual: true };
    const { from, until } = earlier;
    await trainEntry(entry, config, {
      out: earlier.folder,
      resume: true,
      until,
      allowDifferentMachine,
      progress,
      signal,
    });
    const recorded = entriesOf(folder, from, until);
    const now = entriesOf(RunFolder.claimed(earlier.folder), from, until);
    const differences = recorded.flatMap(({ step, loss }) => {
      const again = now.find((entry) => entry.step === step);
      return again ? [Math.abs(again.loss - loss) / Math.max(1, Math.abs(loss))] : [];
    });
    const range = `steps ${from + 1} to ${until} again`;
    if (differences.length === 0) return { text: `${range}: no entry of the history lies between`, isEqual: true };
    const most = Math.max(...differences);
    const found = most === 0 ? 'equal' : `apart by at most ${most.toExponential(1)} of the loss`;
    return { text: `${range}: ${differences.length} entries of the history, ${found}`, isEqual: most <= LOSSES };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Copies all but the files of later checkpoints, pictures and locks; undefined if there is no earlier checkpoint. */
function copyAsBefore(runFolder: string, steps: number, scratch: string): Earlier | undefined {
  const stepOf = (file: string) => Number(/^step-(\d+)\./.exec(file)?.[1] ?? Number.NaN);
  const saved = readdirSync(join(runFolder, 'checkpoints')).map(stepOf).filter(Number.isInteger);
  const last = Math.max(...saved);
  const from = Math.max(...saved.filter((step) => step < last));
  if (!Number.isFinite(from)) return undefined;
  const folder = join(scratch, 'run');
  const isKept = (path: string) => {
    const name = basename(path);
    return !(stepOf(name) > from) && !['figures', 'run.lock'].includes(name);
  };
  cpSync(runFolder, folder, { recursive: true, filter: isKept });
  // one step is left, so that the copy stops before its evaluation
  return { folder, from, until: Math.min(from + STEPS, steps - 1) };
}

/** Losses in a stretch of the history. */
const entriesOf = (folder: RunFolder, from: number, until: number) =>
  (folder.readMetrics() as readonly { readonly step: number; readonly loss?: number }[]).flatMap(({ step, loss }) =>
    loss !== undefined && step > from && step <= until ? [{ step, loss }] : [],
  );

async function evaluatedAgain(
  { own }: VaeEntry,
  result: VaeResult,
  { runFolder, progress, signal }: RunContext,
): Promise<Part | undefined> {
  const { parts } = await openRun(
    runFolder,
    { evalImages: result.images, evalSamples: result.samples },
    { experiment: own?.() },
  );
  const evaluation = await evaluateTest(parts, { progress, signal });
  if (!evaluation || signal.aborted) return undefined;
  const numbers = [
    ['−ELBO', -evaluation.elbo, result.testNegativeElbo, result.testNegativeElboStandardError],
    ['−ln p(x)', evaluation.nll, result.nll200, result.nll200StandardError],
  ] as const;
  const texts = numbers.map(([name, now, then]) =>
    now === then ? `${name} ${now.toFixed(4)}, equal` : `${name} ${now.toFixed(4)}, committed ${then.toFixed(4)}`,
  );
  const isEqual = numbers.every(([, now, then, error]) => Math.abs(now - then) <= STANDARD_ERRORS * error);
  return { text: `${result.images} images, ${result.samples} samples again: ${texts.join('; ')}`, isEqual };
}
