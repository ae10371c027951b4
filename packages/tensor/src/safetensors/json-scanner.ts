// A strict scanner of JSON in UTF-8. `JSON.parse` cannot read headers: it drops repeated keys, rounds large integers,
// and reads 4.0 as 4.

/**
 * Containers may be nested this deep, as in serde_json: deeper text is refused before recursion could exhaust the
 * stack.
 */
const DEEPEST = 127;

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

const code = (character: string) => character.charCodeAt(0);
const [QUOTE, BACKSLASH, COMMA, COLON] = [code('"'), code('\\'), code(','), code(':')];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [code('{'), code('}'), code('['), code(']')];
const LITERALS = ['null', 'true', 'false'];
const OF_WORDS = /[-+.\w]/; // the characters of numbers and literals

/**
 * Reads JSON from front to back, by the grammar of RFC 8259 and nothing beyond it: the caller asks for the value that
 * it expects.
 *
 * The scanner stores nothing, so its memory does not grow with the text. It also refuses surrogates without a partner,
 * numbers beyond float64, and more than 127 nested containers.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export class JsonScanner {
  readonly #bytes: Uint8Array;
  readonly #refuse: (expected: string, received: string) => never;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #at = 0;
  #depth = 0;

  /** @param refuse throws the error: the expectation, and the text found */
  constructor(bytes: Uint8Array, refuse: (expected: string, received: string) => never) {
    this.#bytes = bytes;
    this.#refuse = refuse;
  }

  /** Throws the caller's error about the next value. */
  refuse(expected: string): never {
    const next = this.#peek();
    const shown = JSON.stringify(new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + 40)));
    return this.#refuse(expected, next === undefined ? 'its end' : `${shown} at its byte ${this.#at}`);
  }

  /** Whether the next value is an object, an array or a string. */
  next(): 'object' | 'array' | 'string' | 'other' {
    const next = this.#peek();
    return next === OPEN_BRACE ? 'object' : next === OPEN_BRACKET ? 'array' : next === QUOTE ? 'string' : 'other';
  }

  /** An object: `member` is called with each key and has to read its value. Keys may come more than once. */
  object(expected: string, member: (key: string) => void): void {
    this.#container(expected, [OPEN_BRACE, CLOSE_BRACE], () => {
      const key = this.string('a name in quotation marks');
      if (!this.#took(COLON)) this.refuse('a colon');
      member(key);
    });
  }

  /** An array: `element` is called before each element and has to read it. */
  array(expected: string, element: () => void): void {
    this.#container(expected, [OPEN_BRACKET, CLOSE_BRACKET], element);
  }

  string(expected: string): string {
    if (this.#peek() !== QUOTE) return this.refuse(expected);
    const end = this.#endOfString();
    const token = this.#bytes.subarray(this.#at, end);
    let text: unknown;
    try {
      text = JSON.parse(this.#utf8.decode(token)); // one token: knows the escapes, and refuses control characters
    } catch {
      return this.refuse(`${expected}, of UTF-8 and JSON's escapes`);
    }
    if (LONE_SURROGATE.test(text as string)) return this.refuse(`${expected}, without half of a surrogate pair`);
    this.#at = end;
    return text as string;
  }

  /** A whole number from 0 to 2^64 − 1, written without sign, point and exponent. */
  unsigned(expected: string): bigint {
    const word = this.#word();
    if (!/^(0|[1-9]\d{0,19})$/.test(word) || BigInt(word) >= 2n ** 64n) return this.refuse(expected);
    this.#at += word.length;
    return BigInt(word);
  }

  /** Passes a `null`, and says whether it stood there. */
  tookNull(): boolean {
    if (this.#word() !== 'null') return false;
    this.#at += 4;
    return true;
  }

  /** Passes any value. */
  skip(): void {
    const next = this.next();
    if (next === 'object') this.object('an object', () => this.skip());
    else if (next === 'array') this.array('an array', () => this.skip());
    else if (next === 'string') this.string('a text');
    else this.#skipWord();
  }

  /** Refuses all further text except white space. */
  end(): void {
    if (this.#peek() !== undefined) this.refuse('nothing after the last brace');
  }

  #container(expected: string, [open, close]: readonly [number, number], item: () => void): void {
    if (this.#peek() !== open) this.refuse(expected);
    if (++this.#depth > DEEPEST) this.refuse(`at most ${DEEPEST} objects and arrays inside each other`);
    this.#at++;
    for (let first = true; !this.#took(close); first = false) {
      if (!first && !this.#took(COMMA)) this.refuse('a comma or a closing bracket');
      item();
    }
    this.#depth--;
  }

  #skipWord(): void {
    const word = this.#word();
    if (!LITERALS.includes(word) && !(NUMBER.test(word) && Number.isFinite(Number(word)))) this.refuse('a JSON value');
    this.#at += word.length;
  }

  /** The next byte after white space, which is passed. */
  #peek(): number | undefined {
    const bytes = this.#bytes;
    let at = this.#at;
    while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
    this.#at = at;
    return this.#bytes[this.#at];
  }

  #took(byte: number): boolean {
    if (this.#peek() !== byte) return false;
    this.#at++;
    return true;
  }

  /** The characters that stand here of a number or a literal; the empty text where there are none. */
  #word(): string {
    this.#peek();
    let end = this.#at;
    while (end < this.#bytes.length && OF_WORDS.test(String.fromCharCode(this.#bytes[end]!))) end++;
    return this.#utf8.decode(this.#bytes.subarray(this.#at, end));
  }

  #endOfString(): number {
    for (let i = this.#at + 1; i < this.#bytes.length; i++) {
      if (this.#bytes[i] === BACKSLASH) i++;
      else if (this.#bytes[i] === QUOTE) return i + 1;
    }
    return this.#bytes.length;
  }
}
