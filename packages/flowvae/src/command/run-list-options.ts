// The options of `flowvae runs` and `flowvae runs prune`.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type Command, Option } from 'commander';
import { sendCommand } from '../records/send-command.ts';
import { durationOf } from '../run-list/amounts.ts';
import { runOrders } from '../run-list/run-row.ts';
import { stateNames } from '../run-list/run-state.ts';
import { pruneCommand, runsCommand } from '../run-list/runs-command.ts';
import { addNotes, type Note } from './help/help-layout.ts';
import { addMlflow } from './mlflow-flags.ts';
import { JSON_HELP, oneOf } from './options.ts';

const FOLDER = '[folder]';

const pruneNotes: readonly Note[] = [
  'Without --yes nothing is removed. Runs that are running or damaged lose nothing. A finished run keeps its model, ' +
    'metrics, report and figures; without checkpoints, --checkpoint has nothing to take, and --resume begins again.',
];

/** Gives the command that lists runs its options, and its subcommand. */
export function addRunList(runs: Command): void {
  runs
    .helpCommand(false)
    .argument(FOLDER, 'folder to search, with its subfolders, or a run', 'runs')
    .addOption(
      oneOf(
        `--sort <${runOrders.join('|')}>`,
        'order: the best, the newest, the largest first; bound is the best validation bound',
        runOrders,
      ).default('name'),
    )
    .addOption(oneOf(`--state <${stateNames.join('|')}>`, 'only runs in this state', stateNames))
    .option('--json', JSON_HELP)
    .action(runsCommand);
  addSend(runs);
  const prune = runs
    .command('prune')
    .description('remove checkpoints of finished runs, and remains of killed processes')
    .allowExcessArguments(false)
    .argument(FOLDER, 'folder to search, with its subfolders, or a run', 'runs')
    .option('--yes', 'remove; without it, say what would be removed')
    .addOption(
      new Option('--stopped-before <age>', 'also whole runs that stopped this long ago: 12h, 30d, 2w').argParser(age),
    )
    .option('--json', JSON_HELP)
    // both commands have --json, and the first one that is asked takes it
    .action((folder: string, _, command: Command) => pruneCommand(folder, command.optsWithGlobals()));
  addNotes(prune, pruneNotes);
}

function addSend(runs: Command): void {
  const send = runs
    .command('send')
    .description('send runs that nobody works on to an MLflow server: what it does not have yet of them')
    .allowExcessArguments(false)
    .argument(FOLDER, 'folder to search, with its subfolders, or a run', 'runs');
  addMlflow(send)
    .option('--json', JSON_HELP)
    .action((folder: string, _, command: Command) => sendCommand(folder, command.optsWithGlobals()));
}

function age(text: string): number {
  const found = durationOf(text);
  if (found !== undefined) return found;
  const expected = 'hours, days or weeks, as in 12h, 30d or 2w';
  throw new ExpectationError({ where: '--stopped-before', expected, received: `'${text}'` });
}
