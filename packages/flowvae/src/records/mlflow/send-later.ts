// The command that sends the unsent parts of runs later.
import { invocation } from '../../command/invocation.ts';
import { inShell } from '../../command/shell-words.ts';
import type { Destination } from './destination.ts';

/** A command line for a shell. @param folder a run, or a folder with runs */
export function sendLater(folder: string, { uri, experiment }: Destination): string {
  const there = experiment === undefined ? [] : ['--mlflow-experiment', experiment];
  const words = ['runs', 'send', folder, '--mlflow', uri, ...there];
  return `${invocation()} ${words.map(inShell).join(' ')}`;
}
