// The one voice of every error that a user's input can cause: where, what was expected, what came, what to do.

/** The parts of an {@link ExpectationError}; the message is derived from them. */
export interface Expectation {
  /** The function, option or file that refuses, e.g. `planar.forward: z`. */
  readonly where: string;
  /** What would have been accepted. */
  readonly expected: string;
  /** What came instead. */
  readonly received: string;
  /** What the reader can do about it; left out where that is obvious. */
  readonly remedy?: string;
}

/**
 * Input that cannot be used: `where: expected …, got …; remedy`.
 *
 * The parts stay readable as fields, so a program can react to them; the command line prints the message and exits with
 * 2.
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
