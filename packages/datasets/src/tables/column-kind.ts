// Whether a column holds numbers or classes, or nothing that a model can use.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type ColumnSurvey, mostClasses, type Place } from './column-survey.ts';

/** A column of the file, as the first pass has seen it. */
export interface Surveyed {
  /** The file and the column, for errors. */
  readonly where: string;
  readonly survey: ColumnSurvey;
}

/** The kind of a column, and the classes of a categorical one, sorted. */
export type ColumnKind =
  | { readonly kind: 'numeric' }
  | { readonly kind: 'categorical'; readonly classes: readonly string[] }
  | { readonly kind: 'empty' };

/** In a shorter table, different values everywhere mean nothing. */
const FEWEST_IDENTIFIERS = 20;

/** From this share of different values on, text identifies its row. */
const IDENTIFYING_SHARE = 0.9;

const leaveOut = 'leave the column out by `leaveOut`';

/**
 * Numeric where every present value is a number; else categorical.
 *
 * @throws ExpectationError where numbers exceed float32, have decimal commas, or nearly all values of another column
 * differ
 */
export function kindOf({ where, survey }: Surveyed): ColumnKind {
  if (survey.present === 0) return { kind: 'empty' };
  if (survey.firstText === undefined) {
    if (survey.firstHuge) throw hugeNumber(where, survey.firstHuge);
    return { kind: 'numeric' };
  }
  refuseCommas(where, survey, survey.firstText);
  return { kind: 'categorical', classes: classesOf({ where, survey }, leaveOut) };
}

/**
 * The classes of a column, sorted: as numbers where all are, else by their UTF-16 codes.
 *
 * @param remedy of a column of identifiers
 * @throws ExpectationError where nearly all values differ, or there are more than 1,000
 */
export function classesOf({ where, survey }: Surveyed, remedy: string): readonly string[] {
  const { values, present, numbers, firstText, most } = survey;
  const different = values?.size ?? most + 1;
  const isIdentifier = present >= FEWEST_IDENTIFIERS && different >= IDENTIFYING_SHARE * present;
  if (values === undefined || isIdentifier) {
    // Mostly numbers: then the text is the mistake, not the column.
    if (firstText && numbers > present / 2) throw strayText(where, survey, firstText);
    throw new ExpectationError({
      where,
      expected: `numbers, or at most ${mostClasses} classes that come more than once`,
      received: `${values ? different : `more than ${most}`} different values in ${present} rows`,
      remedy,
    });
  }
  return [...values].sort(numbers === present ? (a, b) => Number(a) - Number(b) || order(a, b) : order);
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function refuseCommas(where: string, { commas, numbers, present }: ColumnSurvey, first: Place): void {
  if (commas + numbers < present) return;
  throw new ExpectationError({
    where: `${where}, line ${first.line}`,
    expected: 'numbers with a decimal point',
    received: JSON.stringify(first.text),
    remedy: `write numbers with points and without separators between thousands, or ${leaveOut}`,
  });
}

const hugeNumber = (where: string, { text, line }: Place) =>
  new ExpectationError({
    where: `${where}, line ${line}`,
    expected: 'numbers below 3.4e38, the largest of float32',
    received: text,
    remedy: `name it among \`missing\`, or ${leaveOut}`,
  });

const strayText = (where: string, { numbers }: ColumnSurvey, { text, line }: Place) =>
  new ExpectationError({
    where: `${where}, line ${line}`,
    expected: `a number, as in ${numbers} other rows`,
    received: JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text),
    remedy: `name it among \`missing\`, or ${leaveOut}`,
  });
