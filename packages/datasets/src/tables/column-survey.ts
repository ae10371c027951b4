// Everything that the first pass over a table learns about a column.
import { hasDecimalComma, numberOf, ownCopy } from './field.ts';

/** A column with more classes gets no one-hot form. */
export const mostClasses = 1000;

/** Numbers are no classes, as a rule: of a column without text fewer values are kept, for there may be many such. */
const MOST_NUMBERS = 32;

/** A value, and the line where it stands. */
export interface Place {
  readonly text: string;
  readonly line: number;
}

/** The properties of a column after some rows. */
export class ColumnSurvey {
  present = 0;
  missing = 0;
  /** How many of the present values are numbers, finite or not. */
  numbers = 0;
  /** The first present value that is no number. */
  firstText: Place | undefined;
  /** The first number that float32 does not reach. */
  firstHuge: Place | undefined;
  firstMissing: Place | undefined;
  /** The first whole number that float32 rounds. */
  firstRounded: Place | undefined;
  /** How many of the values that are no numbers have a decimal comma. */
  commas = 0;
  /** Whether the values are first, first + 1, … */
  countsRows = true;
  /** The different values; undefined where they are more than {@link most}. */
  values: Set<string> | undefined = new Set();
  /** How many different values are kept. */
  most: number;

  #start = 0;

  /** @param isLabel whether numbers are classes, too */
  constructor(isLabel = false) {
    this.most = isLabel ? mostClasses : MOST_NUMBERS;
  }

  see(field: string, line: number, isMissing: boolean): void {
    if (isMissing) {
      this.missing++;
      this.countsRows = false;
      this.firstMissing ??= { text: ownCopy(field), line };
      return;
    }
    const value = numberOf(field);
    if (!Number.isNaN(value)) this.#seeNumber(field, value, line);
    else this.#seeText(field, line);
    this.#collect(field);
    this.present++;
  }

  #collect(field: string): void {
    if (this.values === undefined || this.values.has(field)) return;
    if (this.values.size >= this.most) this.values = undefined;
    else this.values.add(ownCopy(field));
  }

  #seeNumber(field: string, value: number, line: number): void {
    if (this.present === 0) this.#start = value;
    if (value !== this.#start + this.present) this.countsRows = false;
    const rounded = Math.fround(value);
    if (!Number.isFinite(rounded)) this.firstHuge ??= { text: ownCopy(field), line };
    else if (rounded !== value && Number.isInteger(value)) this.firstRounded ??= { text: ownCopy(field), line };
    this.numbers++;
  }

  #seeText(field: string, line: number): void {
    this.countsRows = false;
    this.firstText ??= { text: ownCopy(field), line };
    if (this.values) this.most = mostClasses;
    if (hasDecimalComma(field)) this.commas++;
  }
}
