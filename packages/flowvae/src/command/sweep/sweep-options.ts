// The options of `flowvae sweep`.
import { MOST_TRIALS } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { type Command, Option } from 'commander';
import type { Vocabulary } from '../../plugins/vocabulary.ts';
import type { Grid } from '../../sweep/described-sweep.ts';
import { sweepCancelCommand, sweepCommand, sweepStatusCommand } from '../checks/sweep.ts';
import { addNotes, type Note } from '../help/help-layout.ts';
import { sweepNotes } from '../help/sweep-notes.ts';
import { addMlflow } from '../mlflow-flags.ts';
import { addAllSettings, JSON_HELP, setOption, wholeNumber } from '../options.ts';
import { addPlugins } from '../plugin-options.ts';
import { quietOption } from '../verbosity.ts';
import { addRunnerOptions } from './runner-options.ts';

/** The user's modules. */
interface SweepModules {
  readonly notes: readonly Note[];
  readonly vocabulary: Vocabulary;
}

/** Gives the command `sweep` its options and its own commands. */
export function addSweepOptions(sweep: Command, { notes, vocabulary }: SweepModules): void {
  // `status --json` is an option of status, though sweep has one too
  sweep.enablePositionalOptions();
  addPlugins(addAllSettings(sweep, vocabulary).optionsGroup('Sweep:').helpOption('-h, --help', 'display help'))
    .argument('[file]', 'a sweep file (.yaml, .yml or .json), or a module with an experiment')
    .addOption(gridOption())
    .addOption(wholeNumber('seeds', 'runs of each choice, with the seeds 0, 1, …', 1, MOST_TRIALS))
    .addOption(setOption())
    .addOption(
      wholeNumber('halving', 'successive halving: the best of n configurations go on to n times the steps', 2, 100),
    )
    .addOption(wholeNumber('min-steps', 'with --halving: steps of the first rung (default: by the number of runs)'))
    .option('--out <folder>', 'folder to write, new or empty (default: a fresh name under runs/)')
    .option('--resume <folder>', 'go on with a sweep that was stopped or killed')
    .addOption(wholeNumber('index', 'with --resume: do this run alone, as a job of a cluster', 0))
    .addOption(wholeNumber('until', 'with --index: stop after this step, with a checkpoint'))
    .option('--list', 'print the runs as JSON lines, and do nothing')
    .option('--json', JSON_HELP)
    .option('--detached', 'continue after the end of the terminal or of the parent process')
    .option('--allow-different-machine', 'go on under other versions, threads or CPU, where bytes may differ')
    .option('--changed-model', 'with --resume: take the modules of the runs as they are now')
    .addOption(quietOption());
  addMlflow(addRunnerOptions(sweep)).action(sweepCommand);
  addNotes(sweep, [...notes, ...sweepNotes]);
  sweep
    .command('status')
    .description('print how far the runs of a sweep are')
    .argument('<folder>', 'folder of a sweep')
    .option('--json', 'print one JSON object on stdout instead of a table')
    .action(sweepStatusCommand);
  sweep
    .command('cancel')
    .description('stop a sweep of this machine or of a cluster; every run can go on')
    .argument('<folder>', 'folder of a sweep')
    .action(sweepCancelCommand);
}

const gridOption = (): Option =>
  new Option(
    '--grid <setting=value,…>',
    'vary a setting: flow=none,planar*10; set.depth=1,2 of a module’s own; may stand several times',
  ).argParser((text, before: Grid = {}) => {
    const at = text.indexOf('=');
    const [name, values] = [text.slice(0, at), splitOutside(text.slice(at + 1))];
    if (at > 0 && values.every((value) => value !== '') && before[name] === undefined) {
      return { ...before, [name]: values };
    }
    const received = before[name] === undefined ? `'${text}'` : `${name} twice`;
    throw new ExpectationError({ where: '--grid', expected: 'setting=value,value,…, each setting once', received });
  });

/** Words between commas that stand in no parentheses: `realnvp(32,1)*4` is one word. */
const splitOutside = (text: string): string[] => text.split(/,(?![^(]*\))/).map((word) => word.trim());
