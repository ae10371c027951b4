// A formula in z1 and z2, read into a tree: numbers, names, + − * / ^, and a few functions.
import { didYouMean, FormulaCursor } from '@flowvae/tensor/plain';

/** A read formula. */
export type ExpressionTree =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'coordinate'; readonly axis: 0 | 1 }
  | { readonly kind: 'negative'; readonly of: ExpressionTree }
  | {
      readonly kind: 'binary';
      readonly operator: Operator;
      readonly left: ExpressionTree;
      readonly right: ExpressionTree;
    }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly ExpressionTree[] };

export type Operator = '+' | '-' | '*' | '/' | '^';

/** The functions of a formula, and their numbers of arguments. */
const functionArguments = {
  exp: 1,
  log: 1,
  sqrt: 1,
  abs: 1,
  sin: 1,
  cos: 1,
  tanh: 1,
  sigmoid: 1,
  softplus: 1,
  min: 2,
  max: 2,
  logaddexp: 2,
} as const;

export type FunctionName = keyof typeof functionArguments;

const functionNames = Object.keys(functionArguments) as FunctionName[];
const constants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };
const coordinates: Readonly<Record<string, 0 | 1>> = { z1: 0, z2: 1 };
const allNames = [...Object.keys(coordinates), ...Object.keys(constants), ...functionNames];

/** Limit on parentheses, signs and powers inside one another. */
const DEEPEST = 100;

/**
 * Reads a formula such as `-(z1^2 + z2^2)/2`.
 *
 * @throws ExpectationError of one line that names the first character that is wrong
 */
export function readExpression(text: string): ExpressionTree {
  return new Reader(text).whole();
}

class Reader {
  readonly #cursor: FormulaCursor;
  #depth = 0;

  constructor(text: string) {
    this.#cursor = new FormulaCursor('log density', text);
  }

  whole(): ExpressionTree {
    const tree = this.#sum();
    if (!this.#cursor.isAtEnd) throw this.#refusal('an operator (+ - * / ^) or the end');
    return tree;
  }

  #sum(): ExpressionTree {
    return this.#joined(['+', '-'], () => this.#product());
  }

  #product(): ExpressionTree {
    return this.#joined(['*', '/'], () => this.#signed());
  }

  /** Parts joined from left to right. */
  #joined(operators: readonly Operator[], part: () => ExpressionTree): ExpressionTree {
    let left = part();
    for (;;) {
      const operator = operators.find((each) => this.#takes(each));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: part() };
    }
  }

  /** A power binds tighter than a sign before it: −z1^2 = −(z1^2). */
  #signed(): ExpressionTree {
    return this.#deeper(() => (this.#takes('-') ? { kind: 'negative', of: this.#signed() } : this.#power()));
  }

  #power(): ExpressionTree {
    const base = this.#atom();
    return this.#takes('^') ? { kind: 'binary', operator: '^', left: base, right: this.#signed() } : base;
  }

  #atom(): ExpressionTree {
    if (this.#takes('(')) {
      const inside = this.#sum();
      this.#needs(')');
      return inside;
    }
    const number = this.#cursor.rest(/^(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)?/i);
    if (number !== '') {
      this.#cursor.at += number.length;
      return { kind: 'number', value: Number(number) };
    }
    return this.#named();
  }

  #named(): ExpressionTree {
    const name = this.#cursor.rest(/^(?:[a-z]\w*)?/i);
    if (Object.hasOwn(coordinates, name)) return this.#past(name, { kind: 'coordinate', axis: coordinates[name]! });
    if (Object.hasOwn(constants, name)) return this.#past(name, { kind: 'number', value: constants[name]! });
    if (!Object.hasOwn(functionArguments, name)) {
      const expected = 'a number, z1, z2, a function or (';
      throw name === '' ? this.#refusal(expected) : this.#cursor.refusal(expected, name, didYouMean(name, allNames));
    }
    this.#cursor.at += name.length;
    return { kind: 'call', name: name as FunctionName, args: this.#args(name as FunctionName) };
  }

  #args(name: FunctionName): ExpressionTree[] {
    this.#needs('(');
    const args = Array.from({ length: functionArguments[name] }, (_, i) => {
      if (i > 0) this.#needs(',');
      return this.#sum();
    });
    this.#needs(')');
    return args;
  }

  #past(name: string, tree: ExpressionTree): ExpressionTree {
    this.#cursor.at += name.length;
    return tree;
  }

  #deeper(read: () => ExpressionTree): ExpressionTree {
    if (++this.#depth > DEEPEST) throw this.#refusal(`at most ${DEEPEST} levels`);
    const tree = read();
    this.#depth--;
    return tree;
  }

  #takes(text: string): boolean {
    this.#skipSpaces();
    return this.#cursor.takes(text);
  }

  #needs(text: string): void {
    if (!this.#takes(text)) throw this.#refusal(`'${text}'`);
  }

  #skipSpaces(): void {
    this.#cursor.at += this.#cursor.rest(/^\s*/).length;
  }

  #refusal(expected: string) {
    this.#skipSpaces();
    return this.#cursor.refusal(expected, this.#cursor.rest(/^(?:\w+|.?)/s));
  }
}
