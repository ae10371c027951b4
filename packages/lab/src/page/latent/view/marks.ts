// Colours and letters of classes, distinct for every kind of colour vision.

/** Names of the page's colours for series, in the order in which classes take them. */
const colours = ['blue', 'orange', 'green', 'pink', 'gold', 'sky'] as const;

/** The mark of a class. */
export interface Mark {
  /** One letter or digit; points without class are dots. */
  readonly letter: string;
  /** The name of a colour of the page. */
  readonly colour: string;
}

/** A mark for each class: the first letters of their names where these differ, else A, B, C, … */
export function marksOf(classes: readonly string[]): readonly Mark[] {
  const first = classes.map((name) => [...name.trim()][0]?.toUpperCase() ?? '');
  const areDistinct = new Set(first).size === first.length && !first.includes('');
  return classes.map((_, i) => ({
    letter: areDistinct ? first[i]! : letterAt(i),
    colour: colours[i % colours.length]!,
  }));
}

/** A … Z, then a … z; from there the number. */
const letterAt = (i: number): string =>
  i < 26 ? String.fromCharCode(65 + i) : i < 52 ? String.fromCharCode(71 + i) : String(i + 1);
