// Reading formulas such as `planar*8-radial*2` or `iwae(50)`: a place in a text, and errors that point at it.
import { ExpectationError } from './expectation-error.ts';
import { didYouMean } from './nearest-name.ts';

/** A number that a formula may hold. */
export interface FormulaNumber {
  /** The number's meaning, in words. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Whether it may have a sign and a fraction; default whole numbers only. */
  readonly isReal?: boolean;
  /** A refused value within the bounds, and the expectation in its error. */
  readonly except?: { readonly value: number; readonly expected: string };
}

/** An argument in parentheses; without `fallback` it is required. */
export interface FormulaArgument extends FormulaNumber {
  readonly fallback?: number;
  /** The name of an earlier argument that it must exceed. */
  readonly above?: string;
}

/** A place in a formula, and the pieces that can be read there. */
export class FormulaCursor {
  readonly #what: string;
  readonly #formula: string;
  at: number;

  /** @param what the kind of formula, for errors: `flow formula` */
  constructor(what: string, formula: string, at = 0) {
    this.#what = what;
    this.#formula = formula;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at === this.#formula.length;
  }

  /** Whether the text comes next. */
  sees(text: string): boolean {
    return this.#formula.startsWith(text, this.at);
  }

  /** Moves on if the text comes next. */
  takes(text: string): boolean {
    const found = this.sees(text);
    if (found) this.at += text.length;
    return found;
  }

  /** The match of a pattern from here on. */
  rest(pattern: RegExp): string {
    return pattern.exec(this.#formula.slice(this.at))![0];
  }

  /**
   * The longest of the names that comes next and ends where a name can, so that `planar-leaky` is not read as `planar`.
   */
  name<const N extends string>(names: readonly N[], expected: string): N {
    const name = names
      .toSorted((a, b) => b.length - a.length)
      .find((known) => this.sees(known) && /^$|^[-*([]/.test(this.#formula.slice(this.at + known.length)));
    if (name === undefined) throw this.#unknown(names, expected);
    this.at += name.length;
    return name;
  }

  /**
   * `(8, …)` by the declared arguments; missing ones at the end have their fallbacks. Spaces may follow a comma.
   *
   * @param taker a description of formulas with arguments, for errors if none are declared: `a flow that takes
   * arguments`
   */
  args(declared: readonly FormulaArgument[], taker: string): Record<string, number> {
    const list = declared.map(({ name }) => name).join(',');
    const values: Record<string, number> = {};
    for (const { name, fallback } of declared) if (fallback !== undefined) values[name] = fallback;
    const needed = declared.filter(({ fallback }) => fallback === undefined).length;
    if (!this.sees('(')) {
      if (needed > 0) throw this.refusal(`(${list})`, this.rest(/^.*/s));
      return values;
    }
    if (declared.length === 0) throw this.refusal(taker, this.rest(/^\([^)]*\)?/));
    this.takes('(');
    for (const [i, argument] of declared.entries()) {
      values[argument.name] = this.#numberAbove(argument, values);
      if (i < declared.length - 1 && !this.takes(',')) {
        if (i + 1 < needed) throw this.refusal(`',' between ${list}`, this.rest(/^.*/s));
        break;
      }
      this.at += this.rest(/^ */).length;
    }
    const low = declared.find(({ name, above }) => above !== undefined && !(values[name]! > values[above]!));
    if (low) throw this.refusal(`',' and a value of '${low.name}' above ${values[low.above!]}`, this.rest(/^.*/s));
    if (!this.takes(')')) throw this.refusal(`')' after ${list}`, this.rest(/^.*/s));
    return values;
  }

  /** Moves on over a number that exceeds the argument named by `above`. */
  #numberAbove(argument: FormulaArgument, values: Readonly<Record<string, number>>): number {
    const start = this.at;
    const value = this.number(argument);
    const least = argument.above === undefined ? Number.NEGATIVE_INFINITY : values[argument.above]!;
    if (value > least) return value;
    const text = this.#formula.slice(start, this.at);
    this.at = start;
    throw this.refusal(`a value of '${argument.name}' above ${least}`, text);
  }

  /** Moves on over a number. @throws ExpectationError if no allowed number comes next */
  number({ name, from, to, isReal = false, except }: FormulaNumber): number {
    const text = this.rest(isReal ? /^[^*(),]*/ : /^[^-*(),\]]*/);
    const pattern = isReal ? /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i : /^\d+$/;
    const value = pattern.test(text) ? Number(text) : Number.NaN;
    if (!(value >= from && value <= to)) throw this.refusal(`${name} from ${from} to ${to}`, text);
    if (value === except?.value) throw this.refusal(except.expected, text);
    this.at += text.length;
    return value;
  }

  /** The error that points here. @param found the text at this place */
  refusal(expected: string, found: string, remedy = ''): ExpectationError {
    const received = found === '' ? `nothing at character ${this.at + 1}` : `'${found}' at character ${this.at + 1}`;
    return new ExpectationError({ where: `${this.#what} '${this.#formula}'`, expected, received, remedy });
  }

  /**
   * The error if no name comes next. A name may hold hyphens, so a similar name is searched for longer and shorter
   * texts.
   */
  #unknown(names: readonly string[], expected: string): ExpectationError {
    const [found, whole] = [this.rest(/^[^-*([]*/), this.rest(/^[^*([]*/)];
    const words = whole.split('-').map((_, i, parts) => parts.slice(0, parts.length - i).join('-'));
    const remedy = words.map((word) => didYouMean(word, names)).find(Boolean);
    return this.refusal(expected, found, remedy);
  }
}
