// How a mutant that changes no result is described.

/** Mutants of one line for one reason. */
export interface Explained {
  readonly file: string;
  /** The line as it stands, without indentation. */
  readonly before: string;
  /** The line as the mutants have it. */
  readonly after: readonly string[];
  readonly reason: string;
}
