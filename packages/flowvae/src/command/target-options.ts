// The options of `flowvae target`.

import { ExpectationError } from '@flowvae/tensor/plain';
import { type Command, Option } from 'commander';
import type { Vocabulary } from '../plugins/vocabulary.ts';
import { targetSettings } from '../target/target-settings.ts';
import { targetCommand } from './checks/target.ts';
import { addFigures } from './figure-flags.ts';
import { addNotes, type Note } from './help/help-layout.ts';
import { pluginNotes } from './help/plugin-notes.ts';
import { targetNotes } from './help/target-notes.ts';
import { addTable, durableOptions, setOption } from './options.ts';
import { addPlugins } from './plugin-options.ts';
import { addVerbosity } from './verbosity.ts';

/** Gives the command `target` its options. */
export function addTargetOptions(
  target: Command,
  { notes, vocabulary }: { notes: readonly Note[]; vocabulary: Vocabulary },
): void {
  addPlugins(addVerbosity(addTable(target, targetSettings)))
    .argument('[file]', 'a module with `export default defineTarget({ … })`: dimensions and log-density')
    .addOption(compareOption())
    .addOption(setOption())
    .option('--model <file>', 'with --resume: the module of the run, where it was moved')
    .option('--changed-model', 'with --resume: take the modules of the run as they are now');
  durableOptions(target).action(targetCommand);
  addFigures(target, 'file format of the pictures in figures/ (default: png)');
  addNotes(target, [...notes, ...targetNotes, ...pluginNotes(vocabulary)]);
}

/** The option for guides to compare. */
const compareOption = (): Option =>
  new Option(
    '--compare <guide,…>',
    'fit each of these guides, and rank them by their bounds: mean-field,full-rank,planar*16,realnvp*4',
  ).argParser(readWords);

/** Words between commas that stand in no parentheses. @throws ExpectationError for an empty one, or one twice */
function readWords(text: string): readonly string[] {
  const words = text.split(/,(?![^(]*\))/).map((word) => word.trim());
  const wrong = words.find((word, i) => word === '' || words.indexOf(word) !== i);
  if (wrong === undefined) return words;
  const received = wrong === '' ? 'an empty one' : `${wrong} twice`;
  throw new ExpectationError({ where: '--compare', expected: 'different guides, joined by commas', received });
}
