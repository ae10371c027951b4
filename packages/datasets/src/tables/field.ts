// One field of a table: missing, a number, or text.

/** Fields that stand for a missing value. */
export const missingFields: readonly string[] = ['', 'NA', 'NaN', 'nan', 'null', '?'];

/**
 * The number that a field writes with a decimal point, NaN where it writes none; ±Infinity where it says so or float64
 * does not reach it.
 */
export function numberOf(field: string): number {
  const value = Number(field);
  if (!Number.isNaN(value)) return field === '' || hasOtherBase(field) ? Number.NaN : value;
  const word = infinity.exec(field);
  return word ? (word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number.NaN;
}

const infinity = /^([+-]?)inf(?:inity)?$/i;

/** `0x10` and the like are numbers to JavaScript, not to a table. */
function hasOtherBase(field: string): boolean {
  const letter = field.charCodeAt(1) | 32;
  return field.charCodeAt(0) === 48 && (letter === 120 || letter === 98 || letter === 111);
}

/** Whether a field writes a number with decimal commas, or commas between thousands. */
export const hasDecimalComma = (field: string): boolean => /^[+-]?\d[\d.]*(?:,\d+)+$/.test(field);

/** A copy of its own: a part of a string keeps the whole string, here a piece of the file. */
export const ownCopy = (field: string): string => Buffer.from(field, 'utf16le').toString('utf16le');
