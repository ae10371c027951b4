// Flow formulas such as `planar*10`, `planar*8-radial*2` or `sylvester-o(8)*4`: one parser over one table, for the command line and config files.
import { ExpectationError } from '@flowvae/tensor';
import { chain } from './chain.ts';
import { type Flow, type InvertibleFlow, isInvertible } from './flow.ts';
import { type FlowArgument, flowTable } from './flow-table.ts';

/** Layers of one term; a limit that a typing error exceeds and an experiment does not. */
const MOST_LAYERS = 1024;

const grammar = `terms joined by '-', each a flow (${Object.keys(flowTable).join(', ')}) with optional '(arguments)' and an optional '*count'`;

/** Options of {@link parseFlow}. */
export interface FormulaOptions {
  /** Width of the features that networks inside the flow take; default 0, none. */
  readonly contextWidth?: number;
}

/**
 * Parses a formula into a flow: terms joined by `-` are applied from left to right; `*n` repeats a term with parameters of its own, and
 * numbers in parentheses are the flow's arguments.
 *
 * @param formula e.g. `planar*10`
 * @param dim the latent's width
 * @throws ExpectationError that points at the character where the formula ends to be one
 */
export function parseFlow(formula: string, dim: number, options: FormulaOptions = {}): Flow {
  const links = parseTerms(formula, dim, options).map(({ flow }) => flow);
  return links.length === 1 ? links[0]! : chain(links);
}

/**
 * Like {@link parseFlow}, for places that need an inverse, such as a prior.
 *
 * @throws ExpectationError that points at the first term without one
 */
export function parseInvertibleFlow(formula: string, dim: number, options: FormulaOptions = {}): InvertibleFlow {
  const links = parseTerms(formula, dim, options).map(({ flow, at, text }) => {
    if (isInvertible(flow)) return flow;
    throw refusal(formula, at, text, 'flows that have an inverse');
  });
  return links.length === 1 ? links[0]! : chain(links);
}

interface ParsedTerm {
  readonly flow: Flow;
  readonly at: number;
  readonly text: string;
}

function parseTerms(formula: string, dim: number, { contextWidth = 0 }: FormulaOptions): ParsedTerm[] {
  const cursor = new Cursor(formula);
  const terms: ParsedTerm[] = [];
  let before = 0;
  do {
    const at = cursor.at;
    const name = cursor.flowName();
    const { args: declared = [], make } = flowTable[name]!;
    const args = cursor.flowArguments(declared, dim);
    const count = cursor.takes('*') ? cursor.number('a count', 1, MOST_LAYERS) : 1;
    if (!cursor.isAtEnd && !cursor.sees('-')) throw cursor.refusal(grammar, cursor.rest(/^[^-]*/));
    terms.push({ flow: make({ dim, count, before, args, contextWidth }), at, text: formula.slice(at, cursor.at) });
    before += count;
  } while (cursor.takes('-'));
  return terms;
}

/** Longest first, so that `planar-leaky` is not taken for `planar`. */
const names = Object.keys(flowTable).toSorted((a, b) => b.length - a.length);

/** A place in a formula, and the pieces that can be read there. */
class Cursor {
  readonly #formula: string;
  at = 0;

  constructor(formula: string) {
    this.#formula = formula;
  }

  get isAtEnd(): boolean {
    return this.at === this.#formula.length;
  }

  sees(text: string): boolean {
    return this.#formula.startsWith(text, this.at);
  }

  /** Moves on where the text comes next. */
  takes(text: string): boolean {
    const found = this.sees(text);
    if (found) this.at += text.length;
    return found;
  }

  /** What matches from here on. */
  rest(pattern: RegExp): string {
    return pattern.exec(this.#formula.slice(this.at))![0];
  }

  /** The longest name of the table that comes next and ends where a name can. */
  flowName(): string {
    const name = names.find(
      (known) => this.sees(known) && /^$|^[-*(]/.test(this.#formula.slice(this.at + known.length)),
    );
    if (name === undefined) throw this.refusal(grammar, this.rest(/^[^-*(]*/));
    this.at += name.length;
    return name;
  }

  /** `(8, …)` by the arguments that the flow declares, or their defaults. */
  flowArguments(declared: readonly FlowArgument[], dim: number): Record<string, number> {
    const sized = (bound: number | ((dim: number) => number)) => (typeof bound === 'number' ? bound : bound(dim));
    const values = Object.fromEntries(declared.map(({ name, fallback }) => [name, sized(fallback)]));
    if (!this.sees('(')) return values;
    if (declared.length === 0) throw this.refusal('a flow that takes arguments', this.rest(/^\([^)]*\)?/));
    this.takes('(');
    for (const [i, { name, from, to }] of declared.entries()) {
      values[name] = this.number(name, from, sized(to));
      if (i < declared.length - 1 && !this.takes(',')) break;
    }
    if (!this.takes(')'))
      throw this.refusal(`')' after ${declared.map(({ name }) => name).join(',')}`, this.rest(/^.*/s));
    return values;
  }

  number(what: string, from: number, to: number): number {
    const text = this.rest(/^[^-*(),]*/);
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= from && value <= to)) throw this.refusal(`${what} from ${from} to ${to}`, text);
    this.at += text.length;
    return value;
  }

  refusal(expected: string, found: string): ExpectationError {
    return refusal(this.#formula, this.at, found, expected);
  }
}

function refusal(formula: string, at: number, found: string, expected: string): ExpectationError {
  const received = found === '' ? `nothing at character ${at + 1}` : `'${found}' at character ${at + 1}`;
  return new ExpectationError({ where: `flow formula '${formula}'`, expected, received });
}
