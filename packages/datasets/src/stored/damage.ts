// The error about files whose bytes contradict each other.
import { ExpectationError } from '@flowvae/tensor/plain';

/** The error about a file that contradicts itself. */
export const damaged = (where: string, expected: string, received: string): ExpectationError =>
  new ExpectationError({ where, expected, received, remedy: 'the file is damaged or of another kind' });

/** Letters of a name that a message shows. */
const MOST_LETTERS = 60;

/** A name out of a file, for one line of a message: control characters are escaped, and a long one is cut. */
export function printable(name: string): string {
  const text = JSON.stringify(name.slice(0, MOST_LETTERS)).slice(1, -1).replaceAll('\\"', '"');
  const visible = text.replace(/[\u007f-\u009f\u2028\u2029]/g, (letter) => `\\u${hex(letter)}`);
  return name.length > MOST_LETTERS ? `${visible}…` : visible;
}

const hex = (letter: string) => letter.charCodeAt(0).toString(16).padStart(4, '0');
