// Which test files run in a minute: first those of the changed room that need the change, then others that do, then the
// cheapest of all rooms.

/** The chosen files, and files near the change that take too long. */
export interface Choice {
  readonly chosen: readonly string[];
  readonly leftOut: readonly string[];
}

/** The inputs of a choice. */
export interface Candidates {
  readonly files: readonly string[];
  /** Steps from the change; undefined where a file has nothing to do with it. */
  readonly steps: (file: string) => number | undefined;
  /** Whether it is a test of the room that the change is in. */
  readonly isOfRoom: (file: string) => boolean;
  /** Seconds that a file takes. */
  readonly cost: (file: string) => number;
  /** Seconds of all files together. */
  readonly budget: number;
}

/** Goes through the files, the nearer and then the cheaper first, and takes each that still fits. */
export function choose({ files, steps, isOfRoom, cost, budget }: Candidates): Choice {
  const place = (file: string) => {
    const count = steps(file);
    return count === undefined ? Number.POSITIVE_INFINITY : isOfRoom(file) ? Math.min(count, 1) : count;
  };
  const ordered = files.toSorted((a, b) => (place(a) === place(b) ? cost(a) - cost(b) : place(a) - place(b)));
  const chosen: string[] = [];
  let left = budget;
  for (const file of ordered) {
    if (cost(file) > left) continue;
    chosen.push(file);
    left -= cost(file);
  }
  const taken = new Set(chosen);
  return { chosen, leftOut: ordered.filter((file) => steps(file) !== undefined && !taken.has(file)) };
}
