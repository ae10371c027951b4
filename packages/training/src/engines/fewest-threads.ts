// The choice among measured numbers of threads.

/** Fewer threads are taken where they are at most so much slower than the fastest number: others may use the cores. */
const TOLERANCE = 1.05;

/** A number of threads, and the time of a step's products with it. */
export interface ThreadTime {
  readonly threads: number;
  /** Least time, ms. */
  readonly milliseconds: number;
}

/** The fewest threads that are at most 5 % slower than the fastest number. @param times by ascending threads */
export function fewestThreads(times: readonly ThreadTime[]): number {
  const least = Math.min(...times.map(({ milliseconds }) => milliseconds));
  return times.find(({ milliseconds }) => milliseconds <= TOLERANCE * least)!.threads;
}
