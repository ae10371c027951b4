// The advice to look at data with `flowvae data`, in errors of commands that read data.
import { existsSync } from 'node:fs';
import { lookAt, readSourceText } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { isMnist, withRemedy } from '../../config/data-check.ts';
import { type ReadingConfig, readingSettings } from '../../config/data-options.ts';
import { fallbacks, flagOf } from '../../config/settings.ts';

/** The advice as the library gives it. */
const ADVICE = /`flowvae data [^`]*` shows what was understood/;

/** Options of the readers by the names that the command gives them. */
const flags: Readonly<Record<string, string>> = {
  label: flagOf('labels'),
  labels: flagOf('labels'),
  leaveOut: flagOf('leaveOut'),
  mask: flagOf('mask'),
  shape: flagOf('shape'),
  size: flagOf('size'),
  grey: `${flagOf('colours')} grey`,
  invert: `${flagOf('invert')} yes`,
};

/** An error of a reader in the words of the command: options are flags. */
function inFlags(error: unknown): unknown {
  if (!(error instanceof ExpectationError)) return error;
  const said = (text: string) => text.replace(/`(\w+)`/g, (whole, name: string) => flags[name] ?? whole);
  const { where, expected, received, remedy } = error;
  const place = where.replace(/: (\w+)$/, (whole, name: string) => (flags[name] ? `: ${flags[name]}` : whole));
  return new ExpectationError({
    where: place,
    expected: said(expected),
    received,
    ...(remedy ? { remedy: said(remedy) } : {}),
  });
}

/**
 * An error about data, with a remedy: its own; the advice where options change how the data are read, for a look
 * without them succeeds; otherwise that of the command.
 */
export const advised = (error: unknown, config: ReadingConfig, remedy: string | undefined): unknown =>
  withRemedy(inFlags(error), isReadByOptions(config) ? lookAt(config.data) : remedy);

/** The error without the advice, for the command that it names. */
export function withoutAdvice(given: unknown): unknown {
  const error = inFlags(given);
  if (!(error instanceof ExpectationError) || !error.remedy) return error;
  const remedy = error.remedy.replace(ADVICE, '').replace(/; $/, '');
  const { where, expected, received } = error;
  return new ExpectationError({ where, expected, received, ...(remedy ? { remedy } : {}) });
}

/** Whether the data are there, and some setting but `data` itself is not the default. */
function isReadByOptions(config: ReadingConfig): boolean {
  const isThere = readSourceText(config.data).every(({ path }) => isMnist(path) || existsSync(path));
  return isThere && readingSettings.some((name) => name !== 'data' && config[name] !== fallbacks[name]);
}
