// Checks a value of unknown origin against a shape, and names the first field that differs.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';

/** A value without fields of its own. */
export interface Leaf {
  /** The accepted values, in words. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** An object with the given fields and no others. */
interface Fields {
  readonly fields: Readonly<Record<string, Shape>>;
  readonly optional?: readonly string[];
}

/** A value: a leaf, an object, or a list. */
export type Shape = Leaf | Fields | { readonly list: Shape };

/**
 * @param where the value's place, for errors: `plug-in ./mine.ts: flows: sinh-arcsinh`
 * @throws ExpectationError that names the first field that is unknown, missing or of another shape
 */
export function refuseOtherShape(value: unknown, shape: Shape, where: string): void {
  if ('accepts' in shape) {
    if (!shape.accepts(value)) throw refusal(where, shape.expected, value);
  } else if ('list' in shape) {
    if (!Array.isArray(value)) throw refusal(where, 'a list', value);
    for (const [i, each] of value.entries()) refuseOtherShape(each, shape.list, `${where}[${i}]`);
  } else {
    refuseOtherFields(value, shape, where);
  }
}

function refuseOtherFields(value: unknown, { fields, optional = [] }: Fields, where: string): void {
  if (!isRecord(value)) throw refusal(where, `an object with ${Object.keys(fields).join(', ')}`, value);
  refuseUnknown(Object.keys(value), Object.keys(fields), where);
  for (const [name, field] of Object.entries(fields)) {
    if (value[name] === undefined && optional.includes(name)) continue;
    refuseOtherShape(value[name], field, `${where}: ${name}`);
  }
}

const refusal = (where: string, expected: string, value: unknown) =>
  new ExpectationError({ where, expected, received: inWords(value) });

/** Whether a value is an object with fields, no list and no function. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refuseUnknown(given: readonly string[], known: readonly string[], where: string): void {
  const surplus = given.find((name) => !known.includes(name));
  if (surplus === undefined) return;
  throw new ExpectationError({
    where: `${where}: ${surplus}`,
    expected: `one of ${known.join(', ')}`,
    received: 'an unknown field',
    remedy: didYouMean(surplus, known),
  });
}

/** A value for people: short, and with its type where that says more. */
function inWords(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? `an object with ${Object.keys(value).join(', ') || 'no fields'}` : JSON.stringify(value);
}
