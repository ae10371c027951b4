// How the reference numbers are stored: JSON beside the program, laid out the way the repository's formatter wants it.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LINE_WIDTH = 120;

/** The shortest decimal that rounds to this float32; at most 9 significant digits. */
function shortestFloat32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

function printNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`a reference number must be finite, got ${value}`);
  return String(value);
}

/** Numbers on one line where they fit, else as many per line as fit. */
function printNumbers(items: readonly string[], indent: string, column: number): string {
  const oneLine = `[${items.join(', ')}]`;
  if (column + oneLine.length <= LINE_WIDTH) return oneLine;
  const lines: string[] = [];
  let line = '';
  items.forEach((item, i) => {
    const text = i < items.length - 1 ? `${item},` : item;
    if (line !== '' && indent.length + 2 + line.length + 1 + text.length > LINE_WIDTH) {
      lines.push(line);
      line = text;
    } else {
      line = line === '' ? text : `${line} ${text}`;
    }
  });
  return `[\n${[...lines, line].map((text) => `${indent}  ${text}`).join('\n')}\n${indent}]`;
}

/** `column` is how much of the line is taken, counting the comma that follows. */
function print(value: unknown, indent: string, column: number): string {
  const inner = `${indent}  `;
  if (typeof value === 'number') return printNumber(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Float32Array) return printNumbers(Array.from(value, shortestFloat32), indent, column);
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === 'number')) return printNumbers(value.map(printNumber), indent, column);
    return `[\n${value.map((item) => inner + print(item, inner, inner.length + 1)).join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value as object).filter(([, field]) => field !== undefined);
  const printed = fields.map(([key, field], i) => {
    const lead = `${inner}${JSON.stringify(key)}: `;
    return lead + print(field, inner, lead.length + (i < fields.length - 1 ? 1 : 0));
  });
  return `{\n${printed.join(',\n')}\n${indent}}`;
}

/**
 * JSON text: a Float32Array by its shortest decimals (a reader rounds them with `Math.fround`), other numbers in full.
 */
export function toJson(value: unknown): string {
  return `${print(value, '', 0)}\n`;
}

const pathOf = (name: string) => fileURLToPath(new URL(`${name}.json`, import.meta.url));

/** The committed content of `<name>.json`. */
export function readCommitted<T>(name: string): T {
  return JSON.parse(readFileSync(pathOf(name), 'utf8')) as T;
}

/** Rewrites `<name>.json` where `<name>.ts` is the program that was started, and does nothing where it was imported. */
export function commitWhenRun(moduleUrl: string, name: string, reference: () => unknown): void {
  if (process.argv[1] === fileURLToPath(moduleUrl)) writeFileSync(pathOf(name), toJson(reference()));
}
