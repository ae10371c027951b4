// The words that name the parts of a data set.
import type { SplitName } from './data-set.ts';

const words: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

/** The split that a word names; undefined where it names none. */
export const splitOfWord = (word: string): SplitName | undefined => words[word.trim().toLowerCase()];
