// The options of `flowvae sweep` about where its runs are done.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type Command, Option } from 'commander';
import { runnerNames } from '../../sweep/runner-choice.ts';
import { oneOf, wholeNumber } from '../options.ts';

/** Limit on processes at once. */
const MOST_JOBS = 1024;

/** The greatest number of seconds that Slurm takes. */
const MOST_SECONDS = 65_535;

/** Gives `sweep` these options. */
export const addRunnerOptions = (sweep: Command): Command =>
  sweep
    .addOption(
      oneOf(`--runner <${runnerNames.join('|')}>`, 'processes of this machine, or jobs of a cluster', runnerNames),
    )
    .addOption(wholeNumber('jobs', 'runs at once (default: 1; for slurm no limit)', 1, MOST_JOBS))
    .addOption(wholeNumber('free-memory', 'MiB that must be free before a further run begins', 0))
    .option('--time-limit <time>', 'of each job of slurm, such as 4:00:00; a run goes on in a further job')
    .addOption(
      wholeNumber('stop-before', 'seconds before the limit at which a run stops (default: 120)', 1, MOST_SECONDS),
    )
    .option('--partition <name>', 'of the cluster')
    .addOption(wholeNumber('memory', 'MiB of each job of slurm'))
    .addOption(sbatchOption())
    .option('--submit-only', 'with --runner slurm: submit the jobs, and end');

const sbatchOption = (): Option =>
  new Option('--sbatch <option=value>', 'further options of sbatch: account=mine; may stand several times').argParser(
    (text, before: Readonly<Record<string, string>> = {}) => {
      const [, name, value = ''] = /^([a-z][a-z-]*)(?:=(.*))?$/.exec(text) ?? [];
      if (name !== undefined && before[name] === undefined) return { ...before, [name]: value };
      const received = name === undefined ? `'${text}'` : `${name} twice`;
      throw new ExpectationError({ where: '--sbatch', expected: 'option=value, each option once', received });
    },
  );
