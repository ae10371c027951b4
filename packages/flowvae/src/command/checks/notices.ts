// What a user should know about settings that can be used, but not as they were meant: a line each on stderr.
import { availableParallelism } from 'node:os';
import { flagOf, type TrainConfig } from '../../config/settings.ts';

/** Writes a line for each. */
export function tell(notices: readonly (string | undefined)[]): void {
  for (const notice of notices) if (notice !== undefined) process.stderr.write(`${notice}\n`);
}

/** More threads than cores take turns: a step gets slower. The result is that of so many threads all the same. */
export function threadsNotice(
  { threads }: Pick<TrainConfig, 'threads'>,
  cores = availableParallelism(),
): string | undefined {
  if (threads <= cores) return undefined;
  const offered = cores === 1 ? '1 core' : `${cores} cores`;
  return `${flagOf('threads')} ${threads}: this process may use ${offered}; more threads than cores take turns, and steps get slower`;
}

/** More test images than there are: all of them are evaluated. */
export function imagesNotice({ evalImages }: Pick<TrainConfig, 'evalImages'>, count: number): string | undefined {
  if (evalImages <= count) return undefined;
  return `${flagOf('evalImages')} ${evalImages}: the data set has ${count} test images; all of them are evaluated`;
}
