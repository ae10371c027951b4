// The type of a row in the tables of flows.
import type { Flow, InvertibleFlow } from '@flowvae/flows';

/** A flow, with the facts that the laws need. */
export interface FlowCase {
  /** As the tests print it; begins with the formula's name where a formula can name it. */
  readonly name: string;
  /** The export of `@flowvae/flows` that makes it. */
  readonly madeBy: string;
  readonly make: (dim: number) => Flow | InvertibleFlow;
  readonly dims: readonly number[];
  /** Standard deviations of parameters: near 0, and as large as training makes them. */
  readonly scales: { readonly small: number; readonly trained: number };
  /** The log-det is 0 for all parameters. */
  readonly volumePreserving: boolean;
  /**
   * At its initial parameters it is the identity, or a map that keeps volume only: permutations and rotations. A flow
   * onto a part of R^D is another map.
   */
  readonly startsAs: 'identity' | 'a map of volume 1' | 'another map';
  /** `true`, or the reason why it has no inverse. */
  readonly invertible: true | string;
}

type Defaults = 'scales' | 'volumePreserving' | 'startsAs' | 'invertible';

/** A row; missing fields have the values of most flows. */
export const flowCase = (row: Omit<FlowCase, Defaults> & Partial<Pick<FlowCase, Defaults>>): FlowCase => ({
  scales: { small: 0.1, trained: 1 },
  volumePreserving: false,
  startsAs: 'identity',
  invertible: true,
  ...row,
});

/** Fields of flows that permute, rotate or shift by a function of other coordinates. */
export const keepsVolume = { volumePreserving: true, startsAs: 'a map of volume 1' } as const;
