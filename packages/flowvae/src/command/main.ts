#!/usr/bin/env node
// The `flowvae` command: wiring only. A user's mistake is one line on stderr and exit code 2; everything else that
// fails is a defect.
import './launch/first-parent.ts';
import './launch/small-heap.ts';
import { ExpectationError } from '@flowvae/tensor/plain';
import { CommanderError } from 'commander';
import { tolerateClosedPipes } from './closed-pipes.ts';
import { errorLine } from './error-line.ts';
import { errorPrefix } from './help/colours.ts';
import { moduleInHelp } from './help/module-in-help.ts';
import { namedVocabulary, pluginsNamed } from './plugin-options.ts';
import { program } from './program.ts';

const USER_ERROR = 2;

tolerateClosedPipes();

try {
  const words = process.argv.slice(2);
  const module = moduleInHelp(words);
  const notes = module === undefined ? [] : await (await import('./help/module-notes.ts')).moduleNotes(module);
  const vocabulary = await namedVocabulary(pluginsNamed(words));
  await program({ notes, vocabulary, words }).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USER_ERROR; // commander has printed its line
  } else if (error instanceof ExpectationError) {
    process.stderr.write(`${errorPrefix()} ${errorLine(error)}\n`);
    process.exitCode = USER_ERROR;
  } else {
    throw error;
  }
}
