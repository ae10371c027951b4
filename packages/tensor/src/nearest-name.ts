// Finds the known name behind a mistyped one.

/** More typing errors than these make another word. */
const MOST_ERRORS = 3;

/** The share of a word's letters that may be wrong. */
const MOST_WRONG = 0.4;

/**
 * The known name that differs from a word by the fewest typing errors, upper case aside; undefined where every name
 * differs too much, and where the word is itself one of the names: it was refused for another reason.
 *
 * A typing error is a letter that is missing, surplus, wrong, or exchanged with its neighbour.
 */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  if (names.includes(word)) return undefined;
  const typed = word.trim().toLowerCase();
  let [nearest, fewest]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const name of names) {
    const errors = typingErrors(typed, name.toLowerCase());
    const allowed = Math.min(MOST_ERRORS, MOST_WRONG * Math.max(typed.length, name.length));
    if (errors <= allowed && errors < fewest) [nearest, fewest] = [name, errors];
  }
  return nearest;
}

/** `did you mean planar?`, the remedy of an error; `''` if no name is near. */
export function didYouMean(word: string, names: readonly string[]): string {
  const name = nearestName(word, names);
  return name === undefined ? '' : `did you mean ${name}?`;
}

/**
 * The optimal string alignment distance: edits that turn one word into the other, no letter edited twice.
 *
 * @see Boytsov 2011, "Indexing methods for approximate dictionary searching", ACM JEA 16, section 2.2
 */
function typingErrors(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isWrong = a[i - 1] === b[j - 1] ? 0 : 1;
      const edits = [last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + isWrong];
      const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isExchanged) edits.push(before[j - 2]! + 1);
      row.push(Math.min(...edits));
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
