// Why a job failed, by its log.
import { existsSync, readFileSync } from 'node:fs';

/** Limit on the characters that are told of a failure. */
const TOLD = 500;

/** The last line of a log: a mistake's message, or the end of a stack trace. */
export function lastLine(log: string): string | undefined {
  if (!existsSync(log)) return undefined;
  const lines = readFileSync(log, 'utf8')
    .split(/[\r\n]+/)
    .map((line) => line.trim());
  const told = lines.findLast((line) => /^(flowvae: |\w*Error)/.test(line)) ?? lines.findLast((line) => line !== '');
  return told?.replace(/^flowvae: /, '').slice(0, TOLD);
}
