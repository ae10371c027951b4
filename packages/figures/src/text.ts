// Words of figures: their widths, lines that fit a width, and shares as percentages.
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';

let shared: SKRSContext2D | undefined;

/** The width of a line in pixels; the font must be registered. */
export function textWidth(text: string, cssFont: string): number {
  shared ??= createCanvas(1, 1).getContext('2d');
  shared.lang = 'en'; // the default follows the host
  shared.font = cssFont;
  return shared.measureText(text).width;
}

/** The space for a text. */
export interface TextSpace {
  readonly font: string;
  readonly width: number;
  /** At most; the last line ends in … where more would be needed. */
  readonly lines: number;
}

/** Cuts a text into lines that fit: after a space, `_`, `-`, `.` or `/` where there is one, otherwise anywhere. */
export function wrapped(text: string, { font, width, lines }: TextSpace): string[] {
  const result: string[] = [];
  let rest = text.trim();
  while (rest !== '' && result.length < lines) {
    const fitting = fittingLength(rest, font, width);
    if (fitting === rest.length) return [...result, rest];
    const isLast = result.length === lines - 1;
    const line = isLast ? shortened(rest, font, width) : rest.slice(0, breakAt(rest, fitting));
    result.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return result;
}

/** A text, or its beginning and …, on one line. */
export function shortened(text: string, cssFont: string, width: number): string {
  if (fittingLength(text, cssFont, width) === text.length) return text;
  return `${text.slice(0, fittingLength(text, cssFont, width - textWidth('…', cssFont))).trimEnd()}…`;
}

/** The number of leading characters that fit, at least 1; a pair of surrogates stays together. */
function fittingLength(text: string, cssFont: string, width: number): number {
  if (textWidth(text, cssFont) <= width) return text.length;
  let length = 0;
  for (const character of text) {
    if (length > 0 && textWidth(text.slice(0, length + character.length), cssFont) > width) break;
    length += character.length;
  }
  return length;
}

/** The end of the last word among the first `fitting` characters, if it leaves no line less than half full. */
function breakAt(text: string, fitting: number): number {
  if (text[fitting] === ' ') return fitting;
  const end = Math.max(...[' ', '_', '-', '.', '/'].map((mark) => text.lastIndexOf(mark, fitting - 1))) + 1;
  return end >= fitting / 2 ? end : fitting;
}

/** A share in words of two digits; never 0 % of some, nor 100 % of fewer than all. */
export function percent(count: number, total: number): string {
  const share = (100 * count) / total;
  if (count > 0 && share < 0.1) return 'under 0.1 %';
  if (count < total && share > 99.9) return 'over 99.9 %';
  return `${Number(share > 99 ? share.toFixed(1) : share.toPrecision(2))} %`;
}

/** A number of so many digits, with a true minus; very large and small ones as powers of ten. */
export function readable(value: number, digits: number): string {
  const [size, style] = [Math.abs(value), { maximumSignificantDigits: digits } as const];
  const isExtreme = size !== 0 && (size >= 1e7 || size < 1e-4);
  const text = value.toLocaleString('en-US', isExtreme ? { ...style, notation: 'scientific' } : style);
  return text.replace('E', 'e').replaceAll('-', '−');
}
