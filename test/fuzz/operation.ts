// The type of a random program's operations.
import type { Tensor } from '@flowvae/tensor';
import type { Dice } from './dice.ts';

/** A value of a program, as far as it is known before the program runs. */
export interface Known {
  readonly shape: readonly number[];
  readonly type: 'float32' | 'int32' | 'bool';
  /**
   * Whether every engine has the same bits: it comes from the inputs by moves, signs and choices alone. Only such
   * values may be compared, rounded or searched, since a difference in the last place would change those results by a
   * whole step.
   */
  readonly isExact: boolean;
}

/** A line, chosen for the shapes of its arguments. */
export interface Line {
  /** The call, as it is printed; arguments stand as `$0`, `$1`. */
  readonly text: string;
  readonly apply: (...args: Tensor[]) => Tensor;
  /** Whether the result has the same bits on every engine where the arguments have. */
  readonly keepsBits?: boolean;
  /**
   * Whether it is made of several kernels, whose differences from 1 may cancel: an error inside is as large as one of
   * its arguments' size.
   */
  readonly roundsInside?: boolean;
}

/** A row of the grammar. */
export interface Operation {
  readonly name: string;
  readonly arity: number;
  /** A line for these arguments; undefined where they do not fit. */
  readonly line: (dice: Dice, args: readonly Known[]) => Line | undefined;
}

/** Elements that a value may have, so that programs stay small. */
export const MOST_ELEMENTS = 512;

export const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Numbers as code. */
export const listed = (values: readonly number[]): string => `[${values.join(', ')}]`;
