// Counts comparisons, keeps the worst, and separates faults from comparisons that float32 cannot decide.

/** One comparison: its error, the allowed error, its place, and the sentence for an error that is too large. */
export interface Comparison {
  readonly error: number;
  /** 0 for questions of yes and no, whose error is 0 or 1. */
  readonly allowed: number;
  readonly at: string;
  readonly finding: () => string;
}

/** The comparison nearest to the allowed error, or furthest beyond it. */
export type Worst = Pick<Comparison, 'error' | 'allowed' | 'at'>;

/** Comparisons made, and comparisons planned: the others could not be judged. */
export interface Count {
  readonly judged: number;
  readonly planned: number;
}

/** A check's results so far. */
export interface Tally extends Count {
  /**
   * The same counts for each kind, if a check compares several kinds: a kind that nothing judges must not hide behind
   * another.
   */
  readonly kinds: Readonly<Record<string, Count>>;
  readonly worst?: Worst;
  readonly findings: readonly string[];
}

/** Error as a share of the allowed error; an error of NaN is the largest. */
function share({ error, allowed }: Worst): number {
  if (Number.isNaN(error) || Number.isNaN(allowed)) return Number.POSITIVE_INFINITY;
  return error === 0 ? 0 : error / allowed;
}

const worstOf = (list: readonly Worst[]): { readonly worst?: Worst } => {
  const [first, ...others] = list;
  return first ? { worst: others.reduce((a, b) => (share(b) > share(a) ? b : a), first) } : {};
};

/** Adds up counts. */
export const sumOf = (counts: readonly Count[]): Count => ({
  judged: counts.reduce((sum, { judged }) => sum + judged, 0),
  planned: counts.reduce((sum, { planned }) => sum + planned, 0),
});

/** Adds up counts, kind by kind. */
export function sumOfKinds(list: readonly Tally['kinds'][]): Tally['kinds'] {
  const names = [...new Set(list.flatMap((kinds) => Object.keys(kinds)))];
  return Object.fromEntries(names.map((name) => [name, sumOf(list.flatMap((kinds) => kinds[name] ?? []))]));
}

/**
 * Comparisons as a tally; `undefined` stands for a comparison that cannot be judged.
 *
 * @param kindAt the kind of the i-th comparison; absent if all have one kind
 */
export function tally(
  comparisons: readonly (Comparison | undefined)[],
  kindAt: (i: number) => string | undefined = () => undefined,
): Tally {
  const made = comparisons.filter((comparison) => comparison !== undefined);
  const wrong = made.filter((comparison) => share(comparison) > 1);
  return {
    judged: made.length,
    planned: comparisons.length,
    kinds: sumOfKinds(
      comparisons.map((comparison, i): Tally['kinds'] => {
        const kind = kindAt(i);
        return kind === undefined ? {} : { [kind]: { judged: Number(comparison !== undefined), planned: 1 } };
      }),
    ),
    ...worstOf(made.map(({ error, allowed, at }) => ({ error, allowed, at }))),
    findings: wrong.map(({ at, finding }) => `${at}: ${finding()}`),
  };
}

/** Tallies of several draws as one. */
export function together(tallies: readonly Tally[]): Tally {
  const inDraw = (at: string, draw: number) => `draw ${draw}, ${at}`;
  return {
    ...sumOf(tallies),
    kinds: sumOfKinds(tallies.map(({ kinds }) => kinds)),
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
