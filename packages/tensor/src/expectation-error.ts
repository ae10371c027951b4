// The one voice of every error that a user's input can cause: place, expectation, received input, remedy.

/** The parts of an {@link ExpectationError}; the message is derived from them. */
export interface Expectation {
  /** The refusing function, option or file, e.g. `planar.forward: z`. */
  readonly where: string;
  /** The accepted input. */
  readonly expected: string;
  /** The received input. */
  readonly received: string;
  /** The remedy; absent if it is obvious. */
  readonly remedy?: string;
}

/**
 * Input that cannot be used: `where: expected …, got …; remedy`.
 *
 * The parts are fields too, so that a program can react to them; the command line prints the message and exits with 2.
 */
export class ExpectationError extends Error implements Expectation {
  override readonly name: string = 'ExpectationError';
  readonly where: string;
  readonly expected: string;
  readonly received: string;
  readonly remedy: string;

  constructor({ where, expected, received, remedy = '' }: Expectation) {
    super(`${where}: expected ${expected}, got ${received}${remedy ? `; ${remedy}` : ''}`);
    this.where = where;
    this.expected = expected;
    this.received = received;
    this.remedy = remedy;
  }
}
