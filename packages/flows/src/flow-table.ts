// Every flow that a formula can name, as data. To add one: a row.
import type { Flow } from './flow.ts';
import { planar } from './planar.ts';

/** A whole number that a formula may give in parentheses; bounds and default may depend on the latent's width. */
export interface FlowArgument {
  readonly name: string;
  readonly fallback: number | ((dim: number) => number);
  readonly from: number;
  readonly to: number | ((dim: number) => number);
}

/** What a term of a formula asks for. */
interface FlowTerm {
  readonly dim: number;
  /** The number after `*`, 1 where there is none. */
  readonly count: number;
  /** A value for every declared argument. */
  readonly args: Readonly<Record<string, number>>;
  /** Width C of the features that networks inside the flow may take; 0 for none. */
  readonly contextWidth: number;
}

/** A row: the arguments in the order of the formula, and what makes the layers. */
interface FlowRow {
  readonly args?: readonly FlowArgument[];
  readonly make: (term: FlowTerm) => Flow;
}

export const flowTable: Readonly<Record<string, FlowRow>> = {
  planar: { make: ({ dim, count }) => planar(dim, count) },
};
