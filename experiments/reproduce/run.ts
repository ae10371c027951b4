// `pnpm reproduce <name>`: runs an experiment of the paper, goes on where it stopped, writes results, figures and
// tables.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  doJobs,
  type Ending,
  ExpectationError,
  errorLine,
  type Interruption,
  interruption,
  LockedError,
  lockRun,
  makeFolder,
  ProgressLine,
  readObject,
  type SweepState,
  tf,
  warnOfLaunch,
  writeFileAtomically,
} from 'flowvae';
import { startCommand } from '../command-line.ts';
import { asChild, CHILD, runInChild } from './child.ts';
import type { Entry, Experiment, RunContext } from './experiment.ts';
import { experiments } from './experiments.ts';
import { chosenOf, type Options, readOptions, usage } from './options.ts';
import { entriesOn, withoutFolders } from './own-data.ts';
import { isDone, readResults, resultPath } from './result-files.ts';
import { updateTables } from './tables.ts';

startCommand();

/** The command without a package manager, so that signals reach the runs. */
const LAUNCHER = 'node --import tsx experiments/reproduce/run.ts';

/** Listens to the signals that stop a long command. */
function began({ detached }: Options): Interruption {
  warnOfLaunch(LAUNCHER);
  return interruption({ tiedTo: detached ? 'nothing' : 'parent' });
}

/** The channels of a run: its progress, and its stop. */
type Channels = Pick<RunContext, 'progress' | 'signal'>;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const script = fileURLToPath(import.meta.url);

/** The folder of an experiment's results. */
function resultsFolder({ name }: Experiment, { out, scale, runs }: Options): string {
  if (out !== undefined) return out;
  return scale === 'smoke' ? join(runs, 'smoke', name) : fileURLToPath(new URL(`../${name}/results`, import.meta.url));
}

/** Does one run in this process and writes its result. @throws LockedError if another process does it */
async function runHere(experiment: Experiment, entry: Entry, options: Options, channels: Channels): Promise<Ending> {
  const folder = resultsFolder(experiment, options);
  const claim = join(options.runs, 'claims', experiment.name, entry.slug);
  makeFolder(claim, '--runs');
  const lock = lockRun(claim);
  try {
    if (isDone(folder, entry, experiment)) return 'done';
    const result = await resultOf(experiment, entry, options, channels);
    if (!result) return 'stopped';
    writeFileAtomically(resultPath(folder, entry), `${JSON.stringify(result, null, 2)}\n`);
    return 'done';
  } finally {
    lock.release();
  }
}

async function resultOf(experiment: Experiment, entry: Entry, options: Options, channels: Channels) {
  await tf.setBackend('cpu');
  return experiment.run(entry, contextOf(experiment, entry, options, channels));
}

function contextOf({ name }: Experiment, { slug }: Entry, options: Options, channels: Channels): RunContext {
  const { scale, threads, seeds, data, allowDifferentMachine } = options;
  const more = `${seeds > 1 ? ` --seeds ${seeds}` : ''}${data === undefined ? '' : ` --data '${withoutFolders(data)}' --out results`}`;
  return {
    runFolder: join(options.runs, name, slug),
    threads,
    allowDifferentMachine,
    scale,
    command: (used) =>
      `npx -y pnpm@10.34.9 reproduce ${name} --scale ${scale}${more} --only '^${slug}$' --threads ${used}`,
    ...channels,
  };
}

/** The one display: the number of finished runs, and the state of each current one. */
function display(line: ProgressLine, { total, done, running, locked, failed }: SweepState) {
  const failures = Object.keys(failed).length;
  const elsewhere = locked.length > 0 ? `, ${locked.length} under way elsewhere` : '';
  const each = Object.entries(running).map(([slug, text]) => `${slug}: ${text}`);
  line.show([`${done}/${total} done${failures > 0 ? `, ${failures} failed` : ''}${elsewhere}`, ...each].join(' | '));
}

async function runAll(experiment: Experiment, entries: readonly Entry[], options: Options, signal: AbortSignal) {
  const folder = resultsFolder(experiment, options);
  const slugs = entriesOn(experiment, options).map(({ slug }) => slug);
  const lines = new Map<string, string>();
  const line = new ProgressLine(process.stderr);
  let state: SweepState = { total: entries.length, done: 0, running: {}, locked: [], failed: {} };
  const show = () => display(line, state);
  const { scale, seeds, threads, runs, allowDifferentMachine } = options;
  const common = ['--scale', scale, '--seeds', `${seeds}`, '--threads', `${threads}`, '--runs', runs, '--out', folder];
  if (options.data !== undefined) common.push('--data', options.data);
  if (allowDifferentMachine) common.push('--allow-different-machine');
  const run = (entry: Entry) =>
    runInChild({
      script,
      args: [experiment.name, ...common, '--index', `${slugs.indexOf(entry.slug)}`],
      signal,
      onProgress(text) {
        lines.set(entry.slug, text);
      },
    });
  state = await doJobs(entries, {
    jobs: options.jobs,
    isDone: (entry) => isDone(folder, entry, experiment),
    run,
    signal,
    progressOf: ({ slug }) => lines.get(slug),
    onChange(now) {
      state = now;
      show();
    },
  });
  line.end();
  return state;
}

/** One entry, by its place in the list: in a child of a sweep, or alone, as in a cluster's job array. */
async function runIndex(experiment: Experiment, options: Options, index: number): Promise<void> {
  const entries = entriesOn(experiment, options);
  const entry = entries[index];
  if (!entry) {
    const expected = `a whole number from 0 to ${entries.length - 1}`;
    throw new ExpectationError({ where: '--index', expected, received: `${index}` });
  }
  const folder = resultsFolder(experiment, options);
  makeFolder(folder, '--out');
  if (process.env[CHILD] !== undefined) {
    const parent = asChild();
    return parent.tell(await runHere(experiment, entry, options, parent).catch(endingOf));
  }
  if (isDone(folder, entry, experiment)) return void tellDone(1, folder);
  const { signal, exitCode, release } = began(options);
  await runHere(experiment, entry, options, { progress: process.stderr, signal });
  release();
  process.exitCode = exitCode();
}

function endingOf(error: Error): Ending {
  if (error instanceof LockedError) return 'locked';
  return { failed: error instanceof ExpectationError ? errorLine(error) : String(error.stack ?? error) };
}

async function reproduce(): Promise<void> {
  const options = readOptions(process.argv.slice(2), Object.keys(experiments));
  const titles = Object.fromEntries(Object.values(experiments).map(({ name, title }) => [name, title]));
  if (options.help) return print(usage(titles));
  if (options.tables) return refreshTables(!options.check);
  const experiment = experiments[options.experiment!]!;
  const all = entriesOn(experiment, options);
  const chosen = chosenOf(all, options.only);
  if (options.list) {
    for (const entry of chosen) print(JSON.stringify({ index: all.indexOf(entry), ...entry }));
    return;
  }
  if (options.check) return checkAll(experiment, chosen, options);
  if (options.index !== undefined) return runIndex(experiment, options, options.index);
  const folder = resultsFolder(experiment, options);
  makeFolder(folder, '--out');
  if (chosen.every((entry) => isDone(folder, entry, experiment))) tellDone(chosen.length, folder);
  const { signal, exitCode, release } = began(options);
  const { locked, failed } = await runAll(experiment, chosen, options, signal);
  release();
  for (const slug of locked) process.stderr.write(`${slug}: another process works on it\n`);
  for (const [slug, message] of Object.entries(failed)) process.stderr.write(`${slug} failed: ${message}\n`);
  process.exitCode = exitCode() || (Object.keys(failed).length > 0 ? 1 : 0);
  report(experiment, folder);
  if (options.out === undefined && options.scale !== 'smoke') refreshTables(true);
}

/** Compares results with their runs; the exit code tells whether one differs. */
async function checkAll(experiment: Experiment, entries: readonly Entry[], options: Options): Promise<void> {
  if (!experiment.check) {
    const expected = 'an experiment whose runs leave checkpoints';
    throw new ExpectationError({ where: '--check', expected, received: experiment.name });
  }
  await tf.setBackend('cpu');
  const folder = resultsFolder(experiment, options);
  const { signal, exitCode, release } = began(options);
  let isEqual = true;
  for (const entry of entries) {
    if (signal.aborted) break;
    if (!isDone(folder, entry, experiment)) {
      print(`${entry.slug}: no result`);
      continue;
    }
    const context = contextOf(experiment, entry, options, { progress: process.stderr, signal });
    const checked = await experiment.check(entry, readObject(resultPath(folder, entry)), context);
    if (!checked) break;
    if ('skipped' in checked) print(`${entry.slug}: ${checked.skipped}`);
    else {
      for (const part of checked.parts) print(`${entry.slug}: ${part.isEqual ? '' : 'DIFFERS: '}${part.text}`);
      isEqual &&= checked.parts.every((part) => part.isEqual);
    }
  }
  release();
  process.exitCode = exitCode() || (isEqual ? 0 : 1);
}

/** The message if nothing is left to do, as in a fresh clone, which holds the project's results. */
const tellDone = (count: number, folder: string) =>
  process.stderr.write(
    `${count} of ${count} have their results in ${folder}; with --out <folder> they are done anew\n`,
  );

function report(experiment: Experiment, folder: string): void {
  const { results, faults } = readResults(folder, experiment);
  for (const [file, fault] of Object.entries(faults)) {
    process.stderr.write(`${join(folder, file)} is no result of ${experiment.name} and left out: ${fault}\n`);
  }
  if (results.length === 0) return;
  for (const name of experiment.draw(results, folder)) print(`figure  ${join(folder, name)}`);
  print(`results ${folder}\n\n${experiment.table(results)}`);
}

function refreshTables(write: boolean): void {
  const stale = updateTables({ write });
  for (const path of stale) print(`${write ? 'written' : 'out of date'}: ${path}`);
  if (!write && stale.length > 0) process.exitCode = 1;
}

await reproduce();
