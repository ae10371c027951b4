// Mutants that change no result, each with its reason.
import type { Mutant } from './mutant.ts';

/** Mutants of one line for one reason. */
interface Explained {
  readonly file: string;
  /** The line as it stands, without indentation. */
  readonly before: string;
  /** The line as the mutants have it. */
  readonly after: readonly string[];
  readonly reason: string;
}

export const explained: readonly Explained[] = [];

/** Why a mutant changes no result; undefined where nothing is said of it. */
export const reasonOf = ({ file, before, after }: Mutant): string | undefined =>
  explained.find((one) => one.file === file && one.before === before && one.after.includes(after))?.reason;
