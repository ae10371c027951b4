// Counts comparisons, keeps the worst, and tells what is wrong from what float32 cannot decide.

/** One comparison: an error, what is allowed, where it is, and the sentence for when it is too large. */
export interface Comparison {
  readonly error: number;
  /** 0 for questions of yes and no, whose error is 0 or 1. */
  readonly allowed: number;
  readonly at: string;
  readonly finding: () => string;
}

/** The comparison that comes nearest to what is allowed, or exceeds it most. */
export type Worst = Pick<Comparison, 'error' | 'allowed' | 'at'>;

/** What a check has seen so far. */
export interface Tally {
  /** Comparisons made, and comparisons planned: the others could not be judged. */
  readonly judged: number;
  readonly planned: number;
  readonly worst?: Worst;
  readonly findings: readonly string[];
}

/** Error as a share of what is allowed; an error of NaN is the largest there is. */
function share({ error, allowed }: Worst): number {
  if (Number.isNaN(error) || Number.isNaN(allowed)) return Number.POSITIVE_INFINITY;
  return error === 0 ? 0 : error / allowed;
}

const worstOf = (list: readonly Worst[]): { readonly worst?: Worst } => {
  const [first, ...others] = list;
  return first ? { worst: others.reduce((a, b) => (share(b) > share(a) ? b : a), first) } : {};
};

/** Comparisons as a tally; `undefined` stands for one that cannot be judged. */
export function tally(comparisons: readonly (Comparison | undefined)[]): Tally {
  const made = comparisons.filter((comparison) => comparison !== undefined);
  const wrong = made.filter((comparison) => share(comparison) > 1);
  return {
    judged: made.length,
    planned: comparisons.length,
    ...worstOf(made.map(({ error, allowed, at }) => ({ error, allowed, at }))),
    findings: wrong.map(({ at, finding }) => `${at}: ${finding()}`),
  };
}

/** Tallies of several draws as one. */
export function together(tallies: readonly Tally[]): Tally {
  const inDraw = (at: string, draw: number) => `draw ${draw}, ${at}`;
  return {
    judged: tallies.reduce((sum, { judged }) => sum + judged, 0),
    planned: tallies.reduce((sum, { planned }) => sum + planned, 0),
    ...worstOf(tallies.flatMap(({ worst }, draw) => (worst ? [{ ...worst, at: inDraw(worst.at, draw) }] : []))),
    findings: tallies.flatMap(({ findings }, draw) => findings.map((finding) => inDraw(finding, draw))),
  };
}

/** A question of yes and no. */
export const question = (isWrong: boolean, at: string, finding: () => string): Comparison => ({
  error: Number(isWrong),
  allowed: 0,
  at,
  finding,
});

/** |a − b| as a share of max(1, |b|). */
export const relativeError = (a: number, b: number) => Math.abs(a - b) / Math.max(1, Math.abs(b));
