// Options about figures as files.
import { type FileOptions, type Format, formats } from '@flowvae/figures/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { Command } from 'commander';
import { oneOf } from './options.ts';

/** The options' values. */
export interface FigureFlags {
  readonly figures?: Format | undefined;
  readonly untitled?: boolean | undefined;
}

const FIGURES = '--figures';
const UNTITLED = '--untitled';

/** Gives a command the options for figures. */
export const addFigures = (command: Command, help: string): Command =>
  command
    .addOption(oneOf(`${FIGURES} <${formats.join('|')}>`, help, formats))
    .option(UNTITLED, `with ${FIGURES}: without titles and the notes under them, for papers`);

/** How figures are written; undefined where the options are left out. @throws ExpectationError for no titles of none */
export function figureFile({ figures, untitled = false }: FigureFlags): FileOptions | undefined {
  if (figures !== undefined) return { format: figures, titles: !untitled };
  if (untitled) throw needed(UNTITLED, `${FIGURES} <${formats.join('|')}>`);
  return undefined;
}

/** @throws ExpectationError for figures of a report without a report */
export function refuseNoReport({ figures }: FigureFlags, hasReport: boolean): void {
  if (figures !== undefined && !hasReport) throw needed(FIGURES, '--report');
}

const needed = (where: string, other: string) =>
  new ExpectationError({ where, expected: `${other} beside it`, received: `no ${other.split(' ')[0]}` });
