// The arguments of flows in formulas.

/** A number that a formula may give in parentheses; bounds and default may depend on the latent's width. */
export interface FlowArgument {
  readonly name: string;
  readonly fallback: number | ((dim: number) => number);
  readonly from: number;
  readonly to: number | ((dim: number) => number);
  /** Whether it may have a sign and a fraction; default whole numbers only. */
  readonly isReal?: boolean;
  /** The name of an earlier argument that it must exceed. */
  readonly above?: string;
}
