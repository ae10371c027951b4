// Whether a resumed run has the settings and the machine of its start.
import { isDeepStrictEqual } from 'node:util';
import { ExpectationError } from '@flowvae/tensor/plain';

type Fields = Readonly<Record<string, unknown>>;

/** The fields that differ, with both values. */
function differences(expected: Fields, received: Fields, except: readonly string[]) {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(received)])];
  return names
    .filter((name) => !except.includes(name) && !isDeepStrictEqual(asJson(expected[name]), asJson(received[name])))
    .map((name) => ({
      name,
      expected: `${name} ${text(expected[name])}`,
      received: `${name} ${text(received[name])}`,
    }));
}

/** The later values of fields that both configs have and that differ. */
export const changedFields = (before: Fields, after: Fields): Fields =>
  Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => before[name] !== undefined && !isDeepStrictEqual(asJson(before[name]), asJson(value)),
    ),
  );

const asJson = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

const text = (value: unknown) => (value === undefined ? '(absent)' : JSON.stringify(value));

interface Configs {
  readonly expected: Fields;
  readonly received: Fields;
  readonly except?: readonly string[];
  /** The remedy where only some fields differ. */
  readonly remedies?: { readonly fields: readonly string[]; readonly remedy: string };
}

/** @throws ExpectationError that names every field that differs, with both values */
export function refuseOtherConfig(where: string, { expected, received, except = [], remedies }: Configs): void {
  const found = differences(expected, received, except);
  if (found.length === 0) return;
  throw new ExpectationError({
    where,
    expected: found.map((field) => field.expected).join(', '),
    received: found.map((field) => field.received).join(', '),
    remedy:
      remedies && found.every(({ name }) => remedies.fields.includes(name))
        ? remedies.remedy
        : 'a run goes on with the settings that it began with; begin another run for others',
  });
}

/** The facts about the machine that differ, in words; undefined if none does. */
export function describeOtherMachine(expected: Fields, received: Fields): string | undefined {
  const found = differences(expected, received, []);
  if (found.length === 0) return undefined;
  return found.map((field) => `${field.expected} is now ${text(received[field.expected.split(' ')[0]!])}`).join(', ');
}

/** @throws ExpectationError that names the differences, unless they are allowed */
export function refuseOtherMachine(where: string, difference: string | undefined, isAllowed: boolean): void {
  if (difference === undefined || isAllowed) return;
  throw new ExpectationError({
    where,
    expected: 'the machine and versions that the run began with',
    received: difference,
    remedy: 'the bytes of the result may differ; allow it with `allowDifferentMachine`',
  });
}
