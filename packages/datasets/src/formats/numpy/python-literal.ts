// Python's literals, as far as NumPy writes them into headers: no expression is evaluated.
import type { damaged } from '../../stored/damage.ts';

/** A value of a literal; a tuple and a list are arrays, a dictionary is a map. */
export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>;

/** Containers inside each other: NumPy's deepest are records of records. */
const DEEPEST = 32;

const WORDS: Readonly<Record<string, Literal>> = { True: true, False: false, None: null };

/** A string with either quotation mark, an integer (Python 2 wrote an L behind it), a word, or any one character. */
const TOKEN = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+)L?|([A-Za-z_]\w*)|(\S))/y;

/** Throws the error about text that is no such literal. */
type Refuse = (expected: string, received: string) => ReturnType<typeof damaged>;

/**
 * The value of a text.
 *
 * @throws the error of `refuse` where the text is anything but one literal of strings, integers, True, False, None,
 * tuples, lists and dictionaries with keys of strings
 */
export function parseLiteral(text: string, refuse: Refuse): Literal {
  const reader = new LiteralReader(text, refuse);
  const value = reader.value(0);
  reader.end();
  return value;
}

interface Token {
  readonly kind: 'value' | 'sign' | 'end';
  readonly value: Literal;
}

class LiteralReader {
  readonly #text: string;
  readonly #refuse: Refuse;
  #at = 0;

  constructor(text: string, refuse: Refuse) {
    this.#text = text;
    this.#refuse = refuse;
  }

  value(depth: number): Literal {
    const { kind, value } = this.#next();
    if (kind === 'value') return value;
    if (depth < DEEPEST) {
      if (value === '{') return this.#dictionary(depth);
      if (value === '(') return this.#items(')', depth);
      if (value === '[') return this.#items(']', depth);
    }
    throw this.#wrong('a value');
  }

  end(): void {
    if (this.#next().kind !== 'end') throw this.#wrong('nothing after the dictionary');
  }

  /** Whether this sign stands next; it is passed then. */
  #took(sign: string): boolean {
    const before = this.#at;
    const { kind, value } = this.#next();
    if (kind === 'sign' && value === sign) return true;
    this.#at = before;
    return false;
  }

  #items(close: string, depth: number): Literal[] {
    const items: Literal[] = [];
    while (!this.#took(close)) {
      items.push(this.value(depth + 1));
      if (this.#took(',')) continue;
      if (!this.#took(close)) throw this.#wrong(`a comma or "${close}"`);
      if (close === ')' && items.length === 1) throw this.#wrong('a comma in a tuple of one item');
      break;
    }
    return items;
  }

  #dictionary(depth: number): ReadonlyMap<string, Literal> {
    const entries = new Map<string, Literal>();
    while (!this.#took('}')) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string' || entries.has(key)) throw this.#wrong('a new key, a string');
      if (!this.#took(':')) throw this.#wrong('a colon');
      entries.set(key, this.value(depth + 1));
      if (this.#took(',')) continue;
      if (!this.#took('}')) throw this.#wrong('a comma or "}"');
      break;
    }
    return entries;
  }

  #next(): Token {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (!match) {
      this.#at = this.#text.length;
      return { kind: 'end', value: null };
    }
    this.#at = TOKEN.lastIndex;
    const [, single, double, integer, word, sign] = match;
    if (single !== undefined) return { kind: 'value', value: single };
    if (double !== undefined) return { kind: 'value', value: double };
    if (integer !== undefined) return { kind: 'value', value: Number(integer) };
    if (word !== undefined && Object.hasOwn(WORDS, word)) return { kind: 'value', value: WORDS[word]! };
    return { kind: 'sign', value: word ?? sign! };
  }

  #wrong(expected: string) {
    const shown = JSON.stringify(this.#text.slice(Math.max(0, this.#at - 20), this.#at + 20));
    return this.#refuse(`a header that is a Python dictionary: ${expected}`, `${shown} around its byte ${this.#at}`);
  }
}
