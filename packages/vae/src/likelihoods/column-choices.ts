// The text of choices for columns: `age=student-t(4), "first, second"=poisson, *=gaussian`.
import { ExpectationError } from '@flowvae/tensor/plain';

/** A column's name, or `*`, and the text of its likelihood. */
export interface ChoiceText {
  readonly column: string;
  readonly text: string;
}

/**
 * Reads choices, joined by commas. A name with a comma, a quote or an equals sign stands in double quotes; a quote in
 * it is doubled.
 *
 * @param whole the text that they are a part of, for errors
 * @throws ExpectationError for a text that is no list of choices, or a column that comes twice
 */
export function readChoices(whole: string, text: string): readonly ChoiceText[] {
  const choices = partsOf(text).map((part) => readChoice(whole, part.trim()));
  const twice = choices.find(({ column }, i) => choices.findIndex((other) => other.column === column) < i);
  if (twice) throw refusal(whole, 'each column once', `${twice.column} twice`);
  return choices;
}

/** The parts between commas outside of quotes and parentheses. */
function partsOf(text: string): string[] {
  const parts = [''];
  let [depth, isQuoted] = [0, false];
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && character === '(') depth++;
    if (!isQuoted && character === ')') depth--;
    if (character === ',' && depth === 0 && !isQuoted) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

const choice = /^(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>[^"=]*?))\s*=\s*(?<text>[^=]+)$/;

function readChoice(whole: string, part: string): ChoiceText {
  const { quoted, plain, text } = choice.exec(part)?.groups ?? {};
  const column = quoted === undefined ? plain : quoted.replaceAll('""', '"');
  if (column && text) return { column, text };
  throw refusal(whole, 'name=likelihood, joined by commas', `'${part}'`);
}

const refusal = (whole: string, expected: string, received: string) =>
  new ExpectationError({ where: `likelihood '${whole}'`, expected, received });
