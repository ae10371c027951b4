// Notices on stderr, a line each, about settings that work but not as the user may expect.
import { availableParallelism } from 'node:os';
import { flagOf, type TrainConfig } from '../../../config/settings.ts';

/** Writes a line for each. */
export function tell(notices: readonly (string | undefined)[]): void {
  for (const notice of notices) if (notice !== undefined) process.stderr.write(`${notice}\n`);
}

/** More threads than cores take turns, so a step gets slower. The result is still that of this number of threads. */
export function threadsNotice(
  { threads }: Pick<TrainConfig, 'threads'>,
  cores = availableParallelism(),
): string | undefined {
  if (threads <= cores) return undefined;
  const offered = cores === 1 ? '1 core' : `${cores} cores`;
  return `${flagOf('threads')} ${threads}: this process may use ${offered}; more threads than cores take turns, and steps get slower`;
}

/** If the user asks for more test images than there are, all of them are evaluated. */
export function imagesNotice({ evalImages }: Pick<TrainConfig, 'evalImages'>, count: number): string | undefined {
  if (evalImages <= count) return undefined;
  return `${flagOf('evalImages')} ${evalImages}: the data set has ${count} test images; all of them are evaluated`;
}
