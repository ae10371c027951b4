// The layout of facts as text: a label, and behind it lines of at most 100 columns in all.

const WIDEST = 100;

/** The column in which the texts begin. */
const INDENT = 12;

/** The widest text behind a label. */
export const TEXT_WIDTH = WIDEST - INDENT;

/** Lines behind a label, which stands before the first. */
export const labelled = (label: string, lines: readonly string[]): string =>
  lines.map((line, i) => `${(i === 0 ? label : '').padEnd(INDENT)}${line}`.trimEnd()).join('\n');

/**
 * A text in lines that fit; a longer word stands on a line of its own.
 *
 * @param words a text, or its parts that stay whole
 */
export function inLines(words: string | readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of typeof words === 'string' ? words.split(' ') : words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= TEXT_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A text, or its beginning and `…`, in at most so many characters. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

/** A text, or its beginning, `…` and its end: names of columns often differ in their last letters. */
export function cutInside(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return [...characters.slice(0, width - 1 - end), '…', ...characters.slice(-end)].join('');
}

/** As many items as fit, joined by commas, and the number of the others. */
export function listedUpTo(items: readonly string[], width: number): string {
  let count = items.length;
  while (count > 1 && shortList(items, count).join(' ').length > width) count--;
  return cut(shortList(items, count).join(' '), width);
}

/** The first items, each with its comma, and the number of the others. */
export function shortList(items: readonly string[], most: number): string[] {
  const others = items.length - most;
  const all = others > 0 ? [...items.slice(0, most), `… ${others} more`] : items;
  return all.map((item, i) => (i < all.length - 1 ? `${item},` : item));
}

/** Four digits, or all of a larger whole part; far from 1 with a power of ten. */
export function readable(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return value.toExponential(3);
  return String(Number(value.toPrecision(Math.max(4, Math.floor(size).toString().length))));
}

/** `3.1 %` */
export function percent(count: number, of: number): string {
  const share = (100 * count) / of;
  return `${share > 0 && share < 0.1 ? share.toPrecision(1) : share.toFixed(1)} %`;
}
