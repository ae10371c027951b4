// The type of mutants: one small change of a source text, and its names.

/** A piece of a text is replaced. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One change of one file. */
export interface Mutant {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly edit: Edit;
  /** The kind of change. */
  readonly operator: string;
  /** The expression or statement whose evaluation the change can show in: its range, so that it can be marked. */
  readonly site: Site;
  /** The line of the change, counted from 1. */
  readonly line: number;
  /**
   * The whole lines before and after, without indentation: they name the mutant also where other lines of the file
   * move.
   */
  readonly before: string;
  readonly after: string;
}

/** A range of a text; `isStatement` where it stands on its own. */
export interface Site {
  readonly start: number;
  readonly end: number;
  readonly isStatement: boolean;
}

/** The text with an edit. */
export const edited = (source: string, { start, end, text }: Edit): string =>
  source.slice(0, start) + text + source.slice(end);

/** The name of a mutant, equal from run to run. */
export const nameOf = ({ file, before, after }: Pick<Mutant, 'file' | 'before' | 'after'>): string =>
  `${file}: ${before}  ⇒  ${after}`;

/** The lines that an edit touches, joined, before and after it. */
export function linesAround(source: string, edit: Edit): Pick<Mutant, 'line' | 'before' | 'after'> {
  const from = source.lastIndexOf('\n', edit.start - 1) + 1;
  const found = source.indexOf('\n', edit.end);
  const to = found < 0 ? source.length : found;
  const joined = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  return {
    line: source.slice(0, edit.start).split('\n').length,
    before: joined(source.slice(from, to)),
    after: joined(source.slice(from, edit.start) + edit.text + source.slice(edit.end, to)),
  };
}
