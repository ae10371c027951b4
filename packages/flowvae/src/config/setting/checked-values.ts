// Checks values by a table of settings.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { flagNamed, type Setting, type SettingTable } from './setting.ts';

/**
 * Checks each given value by itself.
 *
 * @param where the values' source, for errors: `''` for the command line, else a file's name
 * @throws ExpectationError that names the first unknown or unacceptable one
 */
export function refuseValues(given: Readonly<Record<string, unknown>>, table: SettingTable, where = ''): void {
  const names = Object.keys(table);
  const surplus = Object.keys(given).find((name) => !names.includes(name));
  if (surplus !== undefined) {
    throw new ExpectationError({
      where: where ? `${where}: ${surplus}` : surplus,
      expected: `one of ${names.join(', ')}`,
      received: 'an unknown setting',
      remedy: didYouMean(surplus, names),
    });
  }
  for (const name of names) {
    const [value, setting] = [given[name], table[name]!];
    if (value === undefined || setting.accepts(value)) continue;
    throw refusal(setting, { where: placeIn(where)(name), received: JSON.stringify(value) });
  }
}

/** Names a setting in errors. */
export const placeIn = (where: string) => (name: string) => (where ? `${where}: ${name}` : flagNamed(name));

/** Parses one option's text. @throws ExpectationError for a value that the setting does not accept */
export function parseValue(name: string, setting: Setting<unknown>, text: string): unknown {
  const value = setting.parse(text);
  if (setting.accepts(value)) return value;
  throw refusal(setting, { where: flagNamed(name), received: `'${text}'` });
}

function refusal(
  { expected, words = [] }: Setting<unknown>,
  { where, received }: { readonly where: string; readonly received: string },
): ExpectationError {
  const remedy = didYouMean(received.replace(/^['"]|['"]$/g, ''), words);
  return new ExpectationError({ where, expected, received, remedy });
}
