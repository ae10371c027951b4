// Counts comparisons and keeps what is wrong.

/** What a check has seen so far. */
export interface Tally {
  readonly checked: number;
  readonly planned: number;
  /** Largest error as a share of what is allowed. */
  readonly worst: number;
  readonly findings: readonly string[];
}

/** One comparison: an error, what is allowed, and the sentence for when it is too large. */
export interface Comparison {
  readonly error: number;
  readonly allowed: number;
  readonly finding: () => string;
}

/** Comparisons as a tally; `undefined` stands for one that float32 cannot decide. An error of NaN is wrong. */
export function tally(comparisons: readonly (Comparison | undefined)[]): Tally {
  const made = comparisons.filter((comparison) => comparison !== undefined);
  const shares = made.map(({ error, allowed }) => {
    const share = error / allowed;
    return Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
  });
  return {
    checked: made.length,
    planned: comparisons.length,
    worst: shares.reduce((a, b) => Math.max(a, b), 0),
    findings: made.flatMap(({ finding }, i) => (shares[i]! > 1 ? [finding()] : [])),
  };
}

/** Several tallies as one. */
export function together(tallies: readonly Tally[]): Tally {
  return {
    checked: tallies.reduce((sum, { checked }) => sum + checked, 0),
    planned: tallies.reduce((sum, { planned }) => sum + planned, 0),
    worst: tallies.reduce((worst, each) => Math.max(worst, each.worst), 0),
    findings: tallies.flatMap(({ findings }) => findings),
  };
}

/** |a − b| as a share of max(1, |b|). */
export const relativeError = (a: number, b: number) => Math.abs(a - b) / Math.max(1, Math.abs(b));
