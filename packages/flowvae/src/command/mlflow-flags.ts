// The options for an MLflow tracking server.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { Command } from 'commander';
import { type Destination, destination, EXPERIMENT } from '../records/mlflow/destination.ts';
import { destinationsOf } from '../records/mlflow/sent-record.ts';

/** Flags that name a tracking server. */
export interface MlflowFlags {
  readonly mlflow?: string | undefined;
  readonly mlflowExperiment?: string | undefined;
}

/** Gives a command that trains the options for a tracking server. */
export const addMlflow = (command: Command): Command =>
  command
    .option('--mlflow <address>', 'send the run to this MLflow tracking server, such as http://localhost:5000')
    .option('--mlflow-experiment <name>', `with --mlflow: the experiment there (default: ${EXPERIMENT})`);

/** The server that flags name. @throws ExpectationError for no address, or an experiment without a server */
export function namedDestination({ mlflow, mlflowExperiment }: MlflowFlags): Destination | undefined {
  if (mlflow !== undefined) return destination(mlflow, mlflowExperiment);
  if (mlflowExperiment === undefined) return undefined;
  throw new ExpectationError({ where: '--mlflow-experiment', expected: '--mlflow beside it', received: 'none' });
}

/** The servers of a run: the named one, and those that a resumed run was sent to before. */
export function destinations(flags: MlflowFlags, resumed: string | undefined): readonly Destination[] {
  const named = namedDestination(flags);
  const before = resumed === undefined ? [] : destinationsOf(resumed);
  return [...before.filter(({ uri }) => uri !== named?.uri), ...(named ? [named] : [])];
}

/** The same as words of a command. */
export function mlflowWords(flags: MlflowFlags): readonly string[] {
  const named = namedDestination(flags);
  if (named === undefined) return [];
  const { uri, experiment } = named;
  return ['--mlflow', uri, ...(experiment === undefined ? [] : ['--mlflow-experiment', experiment])];
}
